using System.Net;
using System.Security.Cryptography.X509Certificates;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Gateway.Publishing;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Certificates;
using AppProxy.Tests.EndToEnd.Processes;
using AppProxy.Tests.EndToEnd.Tls;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Publishing;

/// <summary>What <c>apps test</c> says of a gateway that runs, with one thing wrong at a time.</summary>
internal sealed class Apps_are_tested : EndToEndTest, IDisposable
{
    private readonly TestAuthority _authority = new("Public");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("appproxy-publishing");

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    [Test, CancelAfter(Guard)]
    public async Task All_is_well(CancellationToken cancellation)
    {
        var proxy = await PublishAsync(cancellation, static options => options.Publish("app", static context => WriteHtmlAsync(context, "<a href='/x'>x</a>")));

        var report = await TestAsync(proxy, cancellation, roster: Roster(new AppReach(true, ConnectTime: 3)));

        report.Steps.Select(static step => (step.Step, step.State)).Should().Equal(
            ("name", StepState.Ok), ("certificate", StepState.Ok), ("connectors", StepState.Ok), ("back end", StepState.Ok), ("gateway", StepState.Ok), ("answer", StepState.Ok), ("links", StepState.Ok));
        report.IsWell.Should().BeTrue();
        report.Milliseconds.ConnectorToApp.Should().ContainKey("berlin").WhoseValue.Should().Be(3);
        new[] { report.Milliseconds.Connection, report.Milliseconds.Tls, report.Milliseconds.Gateway, report.Milliseconds.RelayAndApp, report.Milliseconds.Body }.Should().OnlyContain(time => time >= 0);
        report.Milliseconds.Name.Should().BeNull("nothing was looked up");
        using var written = new StringWriter();
        report.Write(written);
        written.ToString().Should().Contain("\nok          answer       The app answers 200 in ").And.EndWith("Well.\n".ReplaceLineEndings()).And.Contain("connection berlin to app 3 ms");
    }

    [Test, CancelAfter(2 * Guard)]
    public async Task A_name_without_DNS_and_a_certificate_for_another_host(CancellationToken cancellation)
    {
        var proxy = await PublishAsync(cancellation, static options =>
        {
            options.Publish("app", static context => WriteHtmlAsync(context, ""));
            options.AppsFile = static port =>
                $$"""{ "applications": [ { "id": "app", "displayName": "app", "onPremisesPublishing": { "externalUrl": "https://app.nowhere.invalid:{{port}}/", "internalUrl": "http://internal/", "externalAuthenticationType": "passthru" } } ] }""";
        });

        var report = await TestAsync(proxy, cancellation, static options => options);

        Step(report, "name").Should().Match<TestStep>(step => step.State == StepState.Failed && step.Text.Contains("app.nowhere.invalid is no name that this machine's DNS knows") && step.Advice!.StartsWith("Add a DNS record for app.nowhere.invalid"));
        Step(report, "certificate").Should().Match<TestStep>(step => step.State == StepState.Failed && step.Text.Contains("is for localhost, *.localhost, and not for app.nowhere.invalid"));
        Step(report, "answer").State.Should().Be(StepState.Ok, "the rest is tested on this machine");
    }

    [TestCase(-1, true, StepState.Failed, "The certificate for app.localhost ended at ")]
    [TestCase(5, true, StepState.Warning, "The certificate for app.localhost ends in 4 days")]
    [TestCase(90, false, StepState.Failed, "issued by CN=Public, leads to no authority that this machine trusts")]
    [CancelAfter(Guard)]
    public async Task A_certificate_that_clients_refuse_or_will(int days, bool isTrusted, StepState expected, string because, CancellationToken cancellation)
    {
        using var certificate = _authority.Issue("app.localhost", endsInDays: days);
        var proxy = await PublishAsync(cancellation, static options => options.Publish("app", static context => WriteHtmlAsync(context, "")), certificate);

        var report = await TestAsync(proxy, cancellation, options => isTrusted ? options : options with { Authorities = null });

        Step(report, "certificate").Should().Match<TestStep>(step => step.State == expected && step.Text.Contains(because) && step.Advice!.Length > 0);
        Step(report, "answer").State.Should().Be(StepState.Ok);
        report.IsWell.Should().Be(expected != StepState.Failed);
    }

    [Test, CancelAfter(Guard)]
    public async Task No_connector_is_there(CancellationToken cancellation)
    {
        var proxy = await PublishAsync(cancellation, static options =>
        {
            options.Publish("app", static context => WriteHtmlAsync(context, ""));
            options.Connectors = 0;
            options.Relay["waitForConnector"] = "00:00:01";
        });

        var report = await TestAsync(proxy, cancellation, roster: Roster(null));

        Step(report, "connectors").Should().Match<TestStep>(step => step.State == StepState.Failed && step.Text.Contains("None of the 1 connectors of group 'default' is there: berlin"));
        Step(report, "answer").Should().Match<TestStep>(step => step.State == StepState.Failed && step.Text.EndsWith("(503, no-connector)") && step.Advice!.StartsWith("Start a connector of group 'default'"));
    }

    [Test, CancelAfter(Guard)]
    public async Task Connectors_that_do_not_enrol_make_up_for_those_that_are_away(CancellationToken cancellation)
    {
        var proxy = await PublishAsync(cancellation, static options => options.Publish("app", static context => WriteHtmlAsync(context, "")));

        (await TestAsync(proxy, cancellation, roster: Roster(null))).Should().Match<PublishReport>(report => report.IsWell && report.Steps.Any(step => step.Step == "connectors" && step.State == StepState.Warning));
        Step(await TestAsync(proxy, cancellation), "connectors").State.Should().Be(StepState.NotTested);
        Step(await TestAsync(proxy, cancellation, roster: new ConnectorRoster([], new Dictionary<string, PresenceRecord>())), "connectors").State.Should().Be(StepState.NotTested);
    }

    [Test, CancelAfter(Guard)]
    public async Task The_app_refuses_connections(CancellationToken cancellation)
    {
        var proxy = await PublishAsync(cancellation, static options => options.Publish("app", new Uri($"http://127.0.0.1:{LoopbackPort.Take()}/")));

        var report = await TestAsync(proxy, cancellation, roster: Roster(new AppReach(false, "connection refused")));

        Step(report, "back end").Should().Match<TestStep>(step => step.State == StepState.Failed && step.Text == "berlin cannot connect to the app: connection refused.");
        Step(report, "answer").Should().Match<TestStep>(step => step.State == StepState.Failed && step.Text.EndsWith("(502, app-unreachable)") && step.Advice!.Contains("does the app run"));
    }

    [Test, CancelAfter(Guard)]
    public async Task The_app_s_certificate_is_not_accepted(CancellationToken cancellation)
    {
        using var certificate = _authority.Issue("127.0.0.1");
        var app = Use(await TlsApp.StartAsync(certificate, cancellation));
        var proxy = await PublishAsync(cancellation, options =>
        {
            options.Publish("app", app.Url);
            options.ConnectorSettings["Connector:Apps:app:IsBackendCertificateValidationEnabled"] = "true";
        });

        var report = await TestAsync(proxy, cancellation, roster: Roster(new AppReach(true, TlsProblem: "name: it is not for 'app'")));

        Step(report, "back end").Should().Match<TestStep>(step => step.State == StepState.Failed && step.Text.Contains("accepts no TLS with it: name: it is not for 'app'"));
        Step(report, "answer").Should().Match<TestStep>(step => step.State == StepState.Failed && step.Text.EndsWith("(502, app-tls-failed)") && step.Advice!.Contains("trustedCertificateAuthorities"));
    }

    [TestCase(200, true, StepState.Warning, ", which is slow.")]
    [TestCase(500, false, StepState.Failed, "The app answers 500 in ")]
    [TestCase(404, false, StepState.Warning, "The app answers 404 in ")]
    [TestCase(302, false, StepState.Ok, ", and leads on to /next.")]
    [CancelAfter(Guard)]
    public async Task The_answer_is_judged(int status, bool isSlow, StepState expected, string because, CancellationToken cancellation)
    {
        var proxy = await PublishAsync(cancellation, options => options.Publish("app", context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = status == 302 ? "/next" : default;
            return WriteHtmlAsync(context, "");
        }));

        var report = await TestAsync(proxy, cancellation, options => isSlow ? options with { Slow = TimeSpan.FromTicks(1) } : options);

        Step(report, "answer").Should().Match<TestStep>(step => step.State == expected && step.Text.Contains(because));
        report.IsWell.Should().Be(expected != StepState.Failed);
    }

    [Test, CancelAfter(Guard)]
    public async Task An_app_that_never_answers_is_not_waited_for(CancellationToken cancellation)
    {
        var proxy = await PublishAsync(cancellation, static options => options.Publish("app", static context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted)));

        var report = await TestAsync(proxy, cancellation, static options => options with { Timeout = TimeSpan.FromSeconds(1) });

        Step(report, "answer").Should().Match<TestStep>(step => step.State == StepState.Failed && step.Text == "No answer in 1 s.");
    }

    [Test, CancelAfter(Guard)]
    public async Task An_answer_that_does_not_end_is_looked_at_as_far_as_it_came(CancellationToken cancellation)
    {
        var proxy = await PublishAsync(cancellation, static options => options.Publish("app", static async context =>
        {
            await WriteHtmlAsync(context, $"<a href='http://{context.Connection.LocalIpAddress}:{context.Connection.LocalPort}/a'>a</a>");
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        }));

        var report = await TestAsync(proxy, cancellation, static options => options with { Timeout = TimeSpan.FromSeconds(4) });

        report.Steps.Where(static step => step.Step == "answer").Select(static step => (step.State, step.Text.Split(" in ")[0].Split("; ")[0])).Should().Equal(
            (StepState.Ok, "The app answers 200"), (StepState.Warning, "The answer began, and had not ended after 4 s"));
        Step(report, "links").Text.Should().StartWith("1 links to the internal");
    }

    [TestCase(false, "Set isTranslateLinksInBodyEnabled")]
    [TestCase(true, "Set relay.linkTranslation.inlineScripts")]
    [CancelAfter(Guard)]
    public async Task Internal_links_are_counted(bool isTranslated, string advice, CancellationToken cancellation)
    {
        var proxy = await PublishAsync(cancellation, options =>
        {
            options.Publishing["isTranslateLinksInBodyEnabled"] = isTranslated;
            options.Publish("app", static context => WriteHtmlAsync(context, $$"""<a href="http://{{context.Connection.LocalIpAddress}}:{{context.Connection.LocalPort}}/a">a</a><script>var u = "http:\/\/{{context.Connection.LocalIpAddress}}:{{context.Connection.LocalPort}}\/b";</script>"""));
        });

        var report = await TestAsync(proxy, cancellation);

        Step(report, "links").Should().Match<TestStep>(step => step.State == StepState.Warning && step.Advice!.StartsWith(advice))
            .And.Match<TestStep>(step => step.Text.StartsWith($"{(isTranslated ? 1 : 2)} links to the internal {proxy.InternalUrlOf("app").Authority} are left"));
    }

    [Test, CancelAfter(Guard)]
    public async Task Nothing_listens_or_something_else_does(CancellationToken cancellation)
    {
        var proxy = await PublishAsync(cancellation, static options =>
        {
            options.Front = TestProtocol.Http1;
            options.Publish("app", static context => WriteHtmlAsync(context, ""));
        });
        await using var other = await LoopbackApp.StartAsync(static context => context.Response.WriteAsync("hello"), cancellation);

        var closed = await TestAsync(proxy, cancellation, static options => options with { Gateway = new IPEndPoint(IPAddress.Loopback, LoopbackPort.Take()) });
        var strange = await TestAsync(proxy, cancellation, options => options with { Gateway = new IPEndPoint(IPAddress.Loopback, new Uri(other.Url).Port) });

        Step(closed, "gateway").Should().Match<TestStep>(step => step.State == StepState.Failed && step.Text.StartsWith("Nothing takes connections there"));
        Step(closed, "answer").State.Should().Be(StepState.NotTested);
        Step(strange, "gateway").Should().Match<TestStep>(step => step.State == StepState.Warning && step.Text.StartsWith("What answers there is no gateway"));
    }

    private static TestStep Step(PublishReport report, string step) => report.Steps.Single(each => each.Step == step);

    private static Task WriteHtmlAsync(HttpContext context, string html)
    {
        context.Response.ContentType = "text/html";
        return context.Response.WriteAsync("<!doctype html>" + html);
    }

    /// <summary>One connector of the group, which said last how it reaches the app; null is one that is away.</summary>
    private static ConnectorRoster Roster(AppReach? app)
    {
        var now = TimeProvider.System.GetUtcNow();
        var record = new ConnectorRecord { Id = "1", Name = "berlin", Group = "default", Key = new PublicPoint("", ""), EnrolledWith = "", EnrolledAt = now };
        var report = new PresenceReport { Version = "1", Slots = 1, BusySlots = 0, Streams = 0, ClockOffset = 0, Apps = app is null ? [] : new Dictionary<string, AppReach> { ["app"] = app } };
        return new ConnectorRoster([record], app is null ? new Dictionary<string, PresenceRecord>() : new() { ["1"] = new PresenceRecord(report, now) });
    }

    private async Task<PublishReport> TestAsync(
        TestEnvironment proxy, CancellationToken cancellation, Func<PublishTestOptions, PublishTestOptions>? change = null, ConnectorRoster? roster = null)
    {
        var catalogue = proxy.GatewayServices.GetRequiredService<CatalogueStore>().Current;
        var app = catalogue.Apps.Single();
        var options = new PublishTestOptions { App = app, Url = new Uri(app.ExternalUrl.ToString()), Authorities = [_authority.Certificate] };
        return await new PublishTest(change?.Invoke(options) ?? options, catalogue, roster is null ? null : _ => Task.FromResult(roster), TimeProvider.System).RunAsync(cancellation);
    }

    private Task<TestEnvironment> PublishAsync(CancellationToken cancellation, Action<TestEnvironmentOptions>? configure = null, X509Certificate2? certificate = null) => StartAsync(
        options =>
        {
            using var usual = certificate is null ? _authority.Issue("app.localhost") : null;
            TlsGateway.Lay(_folder.FullName, "app", certificate ?? usual!);
            options.Front = TestProtocol.Https1;
            options.GatewaySettings["Gateway:Certificates:Folder"] = _folder.FullName;
            configure?.Invoke(options);
        },
        cancellation);
}
