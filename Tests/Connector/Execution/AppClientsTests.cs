using System.Text;
using AppProxy.Connector.Diagnostics;
using AppProxy.Connector.Execution;
using AppProxy.Connector.Http1;
using AppProxy.Connector.Settings;
using AppProxy.Contracts.Identity;
using AppProxy.Tests.Diagnostics;
using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Connector.Execution;

[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class AppClientsTests : IDisposable
{
    private readonly InstrumentRecorder _recorder = new(ConnectorMeter.MeterName);
    private TimeProvider _time = TimeProvider.System;
    private AppClients? _clients;

    public void Dispose()
    {
        _clients?.Dispose();
        _recorder.Dispose();
    }

    [Test]
    public void What_stays_the_same_keeps_its_connections_and_what_does_not_gets_new_ones()
    {
        var clients = Create();
        clients.Apply(Settings(1, App("stays"), App("moves"), App("goes")));
        var before = clients.Current;

        clients.Apply(Settings(2, App("stays"), App("moves") with { InternalUrl = "http://elsewhere.corp/" }, App("comes")));

        var after = clients.Current;
        (before.Version, after.Version).Should().Be((1, 2));
        Find(after, "stays").Should().BeSameAs(Find(before, "stays"));
        Find(after, "moves").Should().NotBeNull().And.NotBeSameAs(Find(before, "moves"));
        Find(after, "goes").Should().BeNull();
        Find(after, "comes").Should().NotBeNull();
        Find(before, "goes").Should().NotBeNull("who has the set before goes on with it");
    }

    [Test]
    public void Who_began_before_an_app_changed_goes_on_with_it_as_it_was()
    {
        var time = new FakeTimeProvider();
        _time = time;
        var clients = Create();
        clients.Apply(Settings(10, App("moves") with { Version = 5 }, App("stays") with { Version = 5 }));
        var first = Find(clients.Current, "moves", 5);
        clients.Apply(Settings(20, App("moves") with { Version = 20, InternalUrl = "http://second.corp/" }, App("stays") with { Version = 20 }));
        var second = Find(clients.Current, "moves", 20);
        clients.Apply(Settings(30, App("moves") with { Version = 30, InternalUrl = "http://third.corp/" }, App("stays") with { Version = 20 }));
        var third = Find(clients.Current, "moves", 30);

        new[] { first, second, third }.Should().OnlyHaveUniqueItems().And.NotContainNulls();
        Find(clients.Current, "moves", 5).Should().BeSameAs(first);
        Find(clients.Current, "moves", 19).Should().BeSameAs(first);
        Find(clients.Current, "moves", 29).Should().BeSameAs(second);
        Find(clients.Current, "stays", 5).Should().NotBeNull().And.BeSameAs(Find(clients.Current, "stays", 30), "what changed for the gateway alone is no change here");

        time.Advance(TimeSpan.FromMinutes(1));
        clients.Apply(Settings(40, App("moves") with { Version = 40, InternalUrl = "http://fourth.corp/" }));
        Find(clients.Current, "moves", 5).Should().BeSameAs(first);
        Find(clients.Current, "stays", 5).Should().BeNull("what is published no more is not called");
        time.Advance(TimeSpan.FromMinutes(1));
        clients.Apply(Settings(50, App("moves") with { Version = 40, InternalUrl = "http://fourth.corp/" }));
        Find(clients.Current, "moves", 5).Should().BeSameAs(third, "of what is older no request is under way any more");
    }

    [Test]
    public void A_connector_with_a_key_knows_its_apps_itself_and_never_waits_for_settings()
    {
        var clients = Create(new("Connector:Broker:Key", "k"), new("Connector:Apps:own:InternalUrl", "http://own.corp/"));

        clients.Current.Version.Should().Be(long.MaxValue);
        Find(clients.Current, "OWN").Should().NotBeNull();
    }

    [Test]
    public void An_app_that_the_operator_placed_is_not_the_gateway_s_to_move()
    {
        var clients = Create(new KeyValuePair<string, string?>("Connector:Apps:own:InternalUrl", "http://own.corp/"));
        var own = Find(clients.Current, "own");

        clients.Apply(Settings(1, App("own"), App("other")));

        Find(clients.Current, "own").Should().NotBeNull().And.BeSameAs(own);
        Find(clients.Current, "other").Should().NotBeNull();
    }

    [Test]
    public void Single_settings_of_the_operator_go_before_the_gateway_s()
    {
        var configuration = Configuration(
            new("Connector:Apps:hr:ServerName", "other.corp"), new("Connector:Apps:hr:MaxConnections", "3"), new("Connector:Apps:hr:PinnedPublicKeys:0", "local"));
        var options = configuration.GetSection("Connector").Get<ConnectorOptions>()!;

        var app = new LocalApps(options, configuration.GetSection("Connector:Apps")).Complete(App("hr") with
        {
            InternalUrl = "https://hr.corp/",
            ServerName = "hr.corp",
            MaxConnections = 7,
            HttpVersion = "2",
            PinnedPublicKeys = ["gateway"],
            MaxResponseHeadLength = 4096,
            IsBackendCertificateValidationEnabled = false,
        });

        app.Should().BeEquivalentTo(
            new { InternalUrl = "https://hr.corp/", ServerName = "other.corp", MaxConnections = 3, HttpVersion = "2", MaxResponseHeadLength = 4096, IsBackendCertificateValidationEnabled = false });
        app.PinnedPublicKeys.Should().Equal("local");
        app.ConnectionIdleTimeout.Should().Be(new AppTargetOptions().ConnectionIdleTimeout);
    }

    [Test]
    public void An_app_that_cannot_be_used_here_is_left_out_and_the_others_are_served()
    {
        var clients = Create(new KeyValuePair<string, string?>("Connector:Apps:bad:ClientCertificate", "/nowhere/at/all.pem"));

        clients.Apply(Settings(1, App("bad") with { InternalUrl = "https://bad.corp/" }, App("good")));

        Find(clients.Current, "bad").Should().BeNull();
        Find(clients.Current, "good").Should().NotBeNull();
    }

    [Test]
    public void A_wildcard_s_hosts_are_apps_of_their_own_and_bounded()
    {
        var clients = Create();
        clients.Apply(Settings(1, App("wild") with { InternalUrl = "http://*.corp.local/" }, App("plain")));

        var first = Find(clients.Current, "wild:a");
        first.Should().NotBeNull().And.BeSameAs(Find(clients.Current, "wild:a")).And.NotBeSameAs(Find(clients.Current, "wild:b"));
        Find(clients.Current, "wild").Should().BeNull();
        Find(clients.Current, "wild:evil.com/").Should().BeNull();
        Find(clients.Current, "plain:anything").Should().BeSameAs(Find(clients.Current, "plain"));
        for (var i = 0; i < 300; i++)
        {
            Find(clients.Current, $"wild:n{i}").Should().NotBeNull();
        }

        Find(clients.Current, "wild:a").Should().NotBeSameAs(first, "three hundred others were named since");
    }

    private static ReachedApp? Find(AppSet set, string name, long version = long.MaxValue) => set.TryFind(Encoding.Latin1.GetBytes(name), version, out _, out var app) ? app : null;

    private static AppSettings App(string id) => new() { Id = id, InternalUrl = $"http://{id}.corp/" };

    private static ConnectorSettings Settings(long version, params AppSettings[] apps) => new() { Connector = "c", Group = "default", Version = version, Apps = apps };

    private static IConfiguration Configuration(params KeyValuePair<string, string?>[] settings) => new ConfigurationBuilder().AddInMemoryCollection(settings).Build();

    private AppClients Create(params KeyValuePair<string, string?>[] settings)
    {
        var configuration = Configuration(settings);
        var options = configuration.GetSection("Connector").Get<ConnectorOptions>() ?? new ConnectorOptions();
        return _clients = new AppClients(
            options,
            new LocalApps(options, configuration.GetSection("Connector:Apps")),
            new AppFaults(new ConnectorMeter(_recorder.Meters), NullLogger<AppFaults>.Instance),
            _time,
            NullLogger<AppClients>.Instance);
    }
}
