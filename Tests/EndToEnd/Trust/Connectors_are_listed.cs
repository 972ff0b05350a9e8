using System.Net;
using System.Net.Sockets;
using AppProxy.Connector.Diagnostics;
using AppProxy.Connector.Enrollment;
using AppProxy.Connector.Execution;
using AppProxy.Connector.Http1;
using AppProxy.Connector.Settings;
using AppProxy.Contracts.Identity;
using AppProxy.Tests.Diagnostics;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Trust;

[TestFixture]
public sealed class Connectors_are_listed : EnrollmentTest
{
    [Test, CancelAfter(Guard)]
    public async Task What_a_connector_says_of_itself_is_kept(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation, static options => options.Publish("wiki", static context => context.Response.WriteAsync("served")));
        var identity = await EnrollAsync(proxy, cancellation: cancellation);
        var connector = Open();
        var report = new PresenceReport
        {
            Version = "1.2.3",
            Slots = 7,
            BusySlots = 1,
            Streams = 2,
            ClockOffset = -3,
            Apps = new Dictionary<string, AppReach> { ["app"] = new(true), ["wiki"] = new(false, "no answer") },
        };

        await connector.ReportPresenceAsync(report, cancellation);

        var seen = (await StoreOf(proxy).ListPresenceAsync(cancellation))[identity.Id];
        seen.Report.Should().BeEquivalentTo(report);
        seen.IsOnline(seen.SeenAt.AddSeconds(5)).Should().BeTrue();
        seen.IsOnline(seen.SeenAt.AddSeconds(6)).Should().BeFalse();
        (await connector.Awaiting(caller => caller.ReportPresenceAsync(null!, cancellation)).Should().ThrowAsync<GatewayCallException>())
            .Which.Fault.Should().Be(CallFault.BadRequest);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_connector_knows_which_apps_it_reaches(CancellationToken cancellation)
    {
        using var listening = new TcpListener(IPAddress.Loopback, 0);
        listening.Start();
        var options = new ConnectorOptions();
        options.Apps["here"] = new AppTargetOptions { InternalUrl = $"http://{listening.LocalEndpoint}/" };
        options.Apps["closed"] = new AppTargetOptions { InternalUrl = $"http://127.0.0.1:{Processes.LoopbackPort.Take()}/" };
        options.Apps["unknown"] = new AppTargetOptions { InternalUrl = "https://nowhere.invalid/" };
        options.Apps["forbidden"] = new AppTargetOptions { InternalUrl = "http://169.254.169.254/" };
        using var recorder = new InstrumentRecorder(ConnectorMeter.MeterName);
        var faults = new AppFaults(new ConnectorMeter(recorder.Meters), NullLogger<AppFaults>.Instance);
        var local = new LocalApps(options, new ConfigurationBuilder().Build());
        using var apps = new AppClients(options, local, faults, TimeProvider.System, NullLogger<AppClients>.Instance);
        using var probe = new AppReachProbe(apps, TimeProvider.System);

        await probe.ProbeAsync(cancellation);

        (probe.Apps["here"] with { ConnectTime = null }).Should().Be(new AppReach(true));
        probe.Apps["here"].ConnectTime.Should().BeGreaterThanOrEqualTo(0);
        probe.Apps["closed"].Should().Be(new AppReach(false, "connection refused"));
        probe.Apps["forbidden"].Should().Be(new AppReach(false, "not allowed here"));
        probe.Apps["unknown"].IsReached.Should().BeFalse();
        probe.Apps["unknown"].Problem.Should().BeOneOf("name unknown", "no answer");
    }
}
