using System.Text;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Diagnostics;
using AppProxy.Gateway.Keys;
using AppProxy.Gateway.Relay;
using AppProxy.Gateway.Relay.Assertions;
using AppProxy.Tests.Diagnostics;
using AppProxy.Tests.EndToEnd;
using FluentAssertions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Relay.Assertions;

[TestFixture]
internal sealed class AssertionIssuerTests
{
    private const string Signed = "appproxy.gateway.assertions.signed";

    private FakeTimeProvider _time = null!;
    private InstrumentRecorder _recorder = null!;
    private SigningKeys _keys = null!;
    private BrokerClock _clock = null!;
    private AssertionIssuer _issuer = null!;
    private LogRecorder _log = null!;
    private ILoggerFactory _loggers = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _time = new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        _recorder = new InstrumentRecorder(GatewayMeter.MeterName);
        _keys = new SigningKeys(new MemoryKeyVault(), _time, NullLogger<SigningKeys>.Instance);
        await _keys.LoadAsync(CancellationToken.None);
        _clock = new BrokerClock(_time);
        _log = new LogRecorder();
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(_log.CreateProvider()));
        _issuer = new AssertionIssuer(_keys, new GatewayMeter(_recorder.Meters), _loggers.CreateLogger<AssertionIssuer>());
    }

    [TearDown]
    public void Stop()
    {
        _keys.Dispose();
        _loggers.Dispose();
        _recorder.Dispose();
    }

    [Test]
    public async Task It_says_who_for_which_app_and_group_and_nothing_else()
    {
        var said = await ReadAsync(_issuer.Get(App("app"), new Person("alice"), _clock));

        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        said.Should().Be(new Assertion { App = "app", Group = "berlin", IssuedAt = now, ExpiresAt = now + 120, Subject = "alice" });
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task One_that_cannot_be_renewed_is_told_and_the_one_before_it_used_while_it_lasts(CancellationToken cancellation)
    {
        var (app, person) = (App("app"), new Person("alice"));
        var first = _issuer.Get(app, person, _clock);
        _keys.Current.Key.ECDsa.Dispose();
        _time.Advance(TimeSpan.FromSeconds(61));

        _issuer.Get(app, person, _clock).Should().Be(first);

        (await _log.WaitForAsync(static entry => entry.EventId == 4231, cancellation)).Text.Should().Contain("'app'");
        _issuer.Get(app, person, _clock).Should().Be(first);
        _time.Advance(TimeSpan.FromSeconds(60));
        FluentActions.Invoking(() => _issuer.Get(app, person, _clock)).Should().Throw<Exception>();
    }

    [Test]
    public async Task An_open_app_has_one_without_a_person()
        => (await ReadAsync(_issuer.Get(App("app"), null, _clock))).Subject.Should().BeNull();

    [Test]
    public async Task Times_are_the_brokers()
    {
        _clock.Observe(_time.GetUtcNow() - TimeSpan.FromHours(1));

        (await ReadAsync(_issuer.Get(App("app"), null, _clock))).IssuedAt.Should().Be((_time.GetUtcNow() - TimeSpan.FromHours(1)).ToUnixTimeSeconds());
    }

    [Test]
    public void It_is_made_once_for_each_person_and_app()
    {
        var (one, two) = (App("one"), App("two"));
        var (alice, bob) = (new Person("alice"), new Person("bob"));
        for (var i = 0; i < 100; i++)
        {
            foreach (var app in (PublishedApp[])[one, two])
            {
                foreach (var person in (Person?[])[alice, bob, null])
                {
                    _issuer.Get(app, person, _clock);
                }
            }
        }

        _recorder.Count(Signed).Should().Be(6);
    }

    [Test]
    public void A_request_costs_no_memory()
    {
        var (app, alice) = (App("app"), new Person("alice"));
        _issuer.Get(app, alice, _clock);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _issuer.Get(app, alice, _clock);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1000);
    }

    [Test, CancelAfter(20_000)]
    public async Task It_is_renewed_beside_requests_before_it_ends(CancellationToken cancellation)
    {
        var (app, alice) = (App("app"), new Person("alice"));
        var first = _issuer.Get(app, alice, _clock);
        _time.Advance(TimeSpan.FromSeconds(61));

        _issuer.Get(app, alice, _clock).Should().Be(first, "the request does not wait for the new one");
        while (_issuer.Get(app, alice, _clock).Equals(first))
        {
            cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        (await ReadAsync(_issuer.Get(app, alice, _clock))).ExpiresAt.Should().Be(_time.GetUtcNow().ToUnixTimeSeconds() + 120);
        _recorder.Count(Signed).Should().Be(2);
    }

    [Test]
    public async Task One_that_would_end_on_the_way_is_not_sent()
    {
        var (app, alice) = (App("app"), new Person("alice"));
        _issuer.Get(app, alice, _clock);
        _time.Advance(TimeSpan.FromSeconds(100));

        (await ReadAsync(_issuer.Get(app, alice, _clock))).ExpiresAt.Should().Be(_time.GetUtcNow().ToUnixTimeSeconds() + 120);
    }

    [Test]
    public async Task Who_signs_in_as_somebody_else_is_not_taken_for_the_one_before()
    {
        var (app, person) = (App("app"), new Person("alice"));
        _issuer.Get(app, person, _clock);
        person.Subject = "bob";

        (await ReadAsync(_issuer.Get(app, person, _clock))).Subject.Should().Be("bob");
    }

    [Test]
    public void Who_is_gone_leaves_nothing_behind()
    {
        for (var i = 0; i < 50; i++)
        {
            _issuer.Get(App("app"), new Person("alice"), _clock);
        }

        _time.Advance(TimeSpan.FromMinutes(3));
        _issuer.Get(App("app"), null, _clock);

        _issuer.Count.Should().Be(1);
    }

    private static PublishedApp App(string id) => new()
    {
        Id = id,
        DisplayName = id,
        ConnectorGroup = "berlin",
        ExternalAuthenticationType = ExternalAuthenticationType.Passthru,
        ExternalUrl = AppUrl.Parse("http://app.localhost/"),
        InternalUrl = AppUrl.Parse("http://127.0.0.1/"),
        ApplicationServerTimeout = TimeSpan.FromSeconds(85),
        Relay = new RelaySettings(),
        IsTranslateHostHeaderEnabled = true,
        IsBackendCertificateValidationEnabled = true,
        SettingsVersion = 1,
    };

    private async Task<Assertion> ReadAsync(ReadOnlyMemory<byte> token) =>
        (await SignedJson.VerifyAsync(Encoding.ASCII.GetString(token.Span), IdentityJsonContext.Default.Assertion, Assertion.TokenType, _keys.Current.PublicKey))!;

    private sealed class Person(string subject) : IAdmission
    {
        public string Subject { get; set; } = subject;

        public bool IsOver => false;

        public void Using()
        {
        }
    }
}
