using System.Reflection;
using AppProxy.Connector.Enrollment;
using AppProxy.Connector.Execution;
using AppProxy.Connector.Provisioning;
using AppProxy.Connector.Pull;
using AppProxy.Contracts.Identity;

namespace AppProxy.Connector.Hosting;

/// <summary>Tells the gateway how this connector is, for the roster. That it cannot stops nothing.</summary>
internal sealed partial class PresenceReporter(
    EnrolledConnector connector, ConnectorLinks links, AppReachProbe reach, SettingsPull settings, TimeProvider time, ILogger<PresenceReporter> logger) : BackgroundService
{
    private static readonly string Version =
        typeof(PresenceReporter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    private bool _isTold;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(PresenceReport.Interval), time);
        try
        {
            do
            {
                await ReportAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The connector stops.
        }
    }

    private async Task ReportAsync(CancellationToken stopping)
    {
        try
        {
            var version = await connector.ReportPresenceAsync(
                new PresenceReport
                {
                    Version = Version,
                    Uplink = links.UplinkSession,
                    Slots = links.Slots.Total,
                    BusySlots = links.Slots.Busy,
                    Streams = links.Slots.Streams,
                    ClockOffset = (long)links.Clock.Offset.TotalMilliseconds,
                    Apps = new Dictionary<string, AppReach>(reach.Apps),
                },
                stopping);
            settings.Hint(version ?? 0);
            _isTold = false;
        }
        catch (Exception failed) when (failed is GatewayCallException or EnrollmentException)
        {
            // Told once: it is tried again in two seconds, and in two more. Who is shut out hears of it from who ends the links.
            if (!_isTold && connector.Standing.Refusal is null)
            {
                _isTold = true;
                LogFailed(failed.Message);
            }
        }
    }

    [LoggerMessage(2405, LogLevel.Warning, "The gateway does not hear how this connector is; it goes on: {Reason}")]
    private partial void LogFailed(string reason);
}
