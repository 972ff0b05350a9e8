using System.Net;
using System.Text;
using AppProxy.Connector.Diagnostics;
using AppProxy.Connector.Enrollment;
using AppProxy.Connector.Execution;
using AppProxy.Connector.Http1;
using AppProxy.Connector.Provisioning;
using AppProxy.Connector.Settings;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Catalogue;
using AppProxy.Testing;
using AppProxy.Tests.Diagnostics;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.IdentityModel.Tokens;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Trust;

[TestFixture]
public sealed class Settings_are_only_believed_from_the_gateway : EnrollmentTest
{
    private const int Taken = 2501;
    private const int Refused = 2502;
    private const int Failed = 2503;

    [Test, CancelAfter(Guard)]
    public async Task A_connector_is_told_of_its_own_group_and_once(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation, static options => options.AppsFile = static _ => """
            { "connectorGroups": [ { "name": "default", "isDefault": true }, { "name": "other" } ],
              "applications": [
                { "id": "hr", "displayName": "HR", "connectorGroup": "default", "relay": { "backEnd": { "httpVersion": "2", "serverName": "hr.corp", "maxConnections": 7, "connectionIdleTimeout": "00:00:20" } },
                  "onPremisesPublishing": { "externalUrl": "http://hr.localhost/", "internalUrl": "https://10.1.2.3/", "externalAuthenticationType": "passthru", "isBackendCertificateValidationEnabled": false,
                    "alternateUrl": "http://hr.alternate.localhost/",
                    "segmentsConfiguration": { "applicationSegments": [ { "id": "docs", "externalUrl": "http://hr.localhost/docs/", "internalUrl": "http://10.1.2.4/" } ] } } },
                { "id": "secret", "displayName": "Secret", "connectorGroup": "other",
                  "onPremisesPublishing": { "externalUrl": "http://secret.localhost/", "internalUrl": "http://10.9.9.9/", "externalAuthenticationType": "passthru" } } ] }
            """);
        var identity = await EnrollAsync(proxy, cancellation: cancellation);
        var connector = Open();

        var settings = (await connector.GetSettingsAsync(0, cancellation))!;

        var version = proxy.GatewayServices.GetRequiredService<CatalogueStore>().Current.Version;
        settings.Should().BeEquivalentTo(new ConnectorSettings
        {
            Connector = identity.Id,
            Group = "default",
            Version = version,
            Apps =
            [
                new AppSettings
                {
                    Id = "hr", Version = version, InternalUrl = "https://10.1.2.3/", HttpVersion = "2", ServerName = "hr.corp", MaxConnections = 7, ConnectionIdleTimeout = TimeSpan.FromSeconds(20),
                    IsBackendCertificateValidationEnabled = false,
                },
                new AppSettings
                {
                    Id = "hr.docs", Version = version, InternalUrl = "http://10.1.2.4/", HttpVersion = "2", MaxConnections = 7, ConnectionIdleTimeout = TimeSpan.FromSeconds(20), IsBackendCertificateValidationEnabled = false,
                },
            ],
        });
        (await connector.GetSettingsAsync(settings.Version, cancellation)).Should().BeNull("nothing has changed");
        (await connector.ReportPresenceAsync(Presence, cancellation)).Should().Be(settings.Version);
    }

    [Test, CancelAfter(Guard)]
    public async Task Nobody_reads_them_without_a_call_of_his_own(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        await EnrollAsync(proxy, cancellation: cancellation);
        using var client = LoopbackClient.Create(proxy.GatewayUrl);

        (await GetAsync(client, null, cancellation)).Should().Be(HttpStatusCode.BadRequest);
        (await GetAsync(client, "nonsense", cancellation)).Should().Be(HttpStatusCode.BadRequest);
        (await GetAsync(client, Sign(Identity), cancellation)).Should().Be(HttpStatusCode.BadRequest, "that call is for another thing");
        var call = Sign(Identity, static call => call with { Path = ConnectorPaths.Settings });
        (await GetAsync(client, call, cancellation)).Should().Be(HttpStatusCode.OK);
        (await GetAsync(client, call, cancellation)).Should().Be(HttpStatusCode.Unauthorized, "a call is good once");
    }

    [Test, CancelAfter(Guard)]
    public async Task What_is_altered_or_another_s_or_signed_by_somebody_else_is_refused([Values] Forgery forgery, CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        await EnrollAsync(proxy, cancellation: cancellation);
        using var stranger = ConnectorIdentity.CreateKey();
        string? earlier = null;
        var way = new ForgingHandler(token => forgery switch
        {
            Forgery.Altered => Alter(token),
            Forgery.SignedByAnother => SignedJson.Sign(
                SignedJson.Peek(token, IdentityJsonContext.Default.GatewayAnswer)!, IdentityJsonContext.Default.GatewayAnswer, GatewayAnswer.TokenType, Enroller.Credentials(new ECDsaSecurityKey(stranger))),
            _ => Interlocked.CompareExchange(ref earlier, token, null) ?? token,
        });
        var connector = Open(handler: way);
        if (forgery == Forgery.Earlier)
        {
            await connector.GetSettingsAsync(0, cancellation);
        }

        using var recorder = new InstrumentRecorder(ConnectorMeter.MeterName);
        using var apps = CreateApps(recorder);
        using var pull = CreatePull(connector, apps, recorder);
        await pull.StartAsync(cancellation);
        await Log.WaitForAsync(static entry => entry.EventId == Failed, cancellation);
        await pull.StopAsync(cancellation);

        apps.Current.Version.Should().Be(0);
        recorder.Labels.Should().Contain("appproxy.reason");
        Log.Entries.Should().NotContain(static entry => entry.EventId == Taken)
            .And.Contain(static entry => entry.EventId == Failed && entry.Text.Contains("is not signed with the key of the gateway"));
    }

    [Test, CancelAfter(Guard)]
    public async Task What_is_for_another_group_is_refused(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        Identity.Write(await EnrollAsync(proxy, cancellation: cancellation) with { Group = "mine" });

        await PullAsync(apps: null, static entry => entry.EventId == Refused && entry.Text.Contains("(Foreign)"), cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task What_is_older_is_refused_and_what_is_in_use_stays(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        await EnrollAsync(proxy, cancellation: cancellation);
        using var recorder = new InstrumentRecorder(ConnectorMeter.MeterName);
        using var apps = CreateApps(recorder);
        apps.Apply(new ConnectorSettings { Connector = "", Group = "default", Version = long.MaxValue - 1, Apps = [new AppSettings { Id = "kept", InternalUrl = "http://kept.corp/" }] });

        await PullAsync(apps, static entry => entry.EventId == Refused && entry.Text.Contains("(Older)"), cancellation);

        apps.Current.Version.Should().Be(long.MaxValue - 1);
        apps.Current.TryGetEntry("kept", out _).Should().BeTrue();
    }

    [Test, CancelAfter(Guard)]
    public async Task A_request_waits_for_settings_a_while_and_many_of_them_cost_one_pull(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        await EnrollAsync(proxy, cancellation: cancellation);
        var version = proxy.GatewayServices.GetRequiredService<CatalogueStore>().Current.Version;
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var way = new ForgingHandler(static token => token) { Open = open.Task };
        using var recorder = new InstrumentRecorder(ConnectorMeter.MeterName);
        using var apps = CreateApps(recorder);
        using var pull = CreatePull(Open(handler: way), apps, recorder);
        await pull.StartAsync(cancellation);

        var waiting = Enumerable.Range(0, 20).Select(_ => pull.WaitForAsync(version, cancellation).AsTask()).ToList();
        waiting.Should().OnlyContain(static wait => !wait.IsCompleted);
        open.SetResult();

        (await Task.WhenAll(waiting)).Should().OnlyContain(static isThere => isThere);
        way.Calls.Should().BeInRange(1, 2, "asking again while it is on its way changes nothing");
        (await pull.WaitForAsync(version + 1, cancellation)).Should().BeFalse("nobody has that: whoever writes to a queue may name any version");
        way.Calls.Should().BeLessThan(20);
        await pull.StopAsync(cancellation);
    }

    private static PresenceReport Presence => new() { Version = "1", Slots = 1, BusySlots = 0, Streams = 0, ClockOffset = 0, Apps = new Dictionary<string, AppReach>() };

    private static string Alter(string token)
    {
        var parts = token.Split('.');
        var payload = Encoding.UTF8.GetString(Base64UrlEncoder.DecodeBytes(parts[1])).Replace("127.0.0.1", "127.0.0.2", StringComparison.Ordinal);
        return $"{parts[0]}.{Base64UrlEncoder.Encode(Encoding.UTF8.GetBytes(payload))}.{parts[2]}";
    }

    private static async Task<HttpStatusCode> GetAsync(HttpClient client, string? call, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, ConnectorPaths.Settings);
        if (call is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + call);
        }

        using var response = await client.SendAsync(request, cancellation);
        return response.StatusCode;
    }

    private async Task PullAsync(AppClients? apps, Func<LogEntry, bool> until, CancellationToken cancellation)
    {
        using var recorder = new InstrumentRecorder(ConnectorMeter.MeterName);
        using var own = CreateApps(recorder);
        using var pull = CreatePull(Open(), apps ?? own, recorder);
        await pull.StartAsync(cancellation);
        await Log.WaitForAsync(until, cancellation);
        await pull.StopAsync(cancellation);
        recorder.Labels.Should().Contain("appproxy.reason");
        own.Current.Version.Should().Be(0);
    }

    private static AppClients CreateApps(InstrumentRecorder recorder)
    {
        var options = new ConnectorOptions();
        return new AppClients(
            options,
            new LocalApps(options, new ConfigurationBuilder().Build()),
            new AppFaults(new ConnectorMeter(recorder.Meters), NullLogger<AppFaults>.Instance),
            TimeProvider.System,
            NullLogger<AppClients>.Instance);
    }

    private SettingsPull CreatePull(EnrolledConnector connector, AppClients apps, InstrumentRecorder recorder)
    {
        var loggers = LoggerFactory.Create(logging => logging.AddProvider(Log.CreateProvider()));
        return new SettingsPull(connector, apps, new ConnectorMeter(recorder.Meters), TimeProvider.System, loggers.CreateLogger<SettingsPull>());
    }

    /// <summary>What somebody on the way does to an answer.</summary>
    public enum Forgery
    {
        Altered,
        SignedByAnother,

        /// <summary>The gateway's own answer, to a call before.</summary>
        Earlier,
    }

    private sealed class ForgingHandler(Func<string, string> forge) : DelegatingHandler(new SocketsHttpHandler())
    {
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public Task Open { get; init; } = Task.CompletedTask;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var isSettings = request.RequestUri!.AbsolutePath == ConnectorPaths.Settings;
            if (isSettings)
            {
                Interlocked.Increment(ref _calls);
                await Open.WaitAsync(cancellationToken);
            }

            var response = await base.SendAsync(request, cancellationToken);
            if (isSettings && response.StatusCode == HttpStatusCode.OK)
            {
                response.Content = new StringContent(forge(await response.Content.ReadAsStringAsync(cancellationToken)));
            }

            return response;
        }
    }
}
