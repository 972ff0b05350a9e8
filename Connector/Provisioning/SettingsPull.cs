using System.Threading.Channels;
using AppProxy.Connector.Diagnostics;
using AppProxy.Connector.Enrollment;
using AppProxy.Connector.Execution;
using AppProxy.Contracts.Identity;

namespace AppProxy.Connector.Provisioning;

/// <summary>
/// Pulls the group's settings from the gateway: at the start, when the gateway hints that there are others, and when a request needs them. One pull at a
/// time, whoever asks; what is in use stays until better is here.
/// </summary>
internal sealed partial class SettingsPull(EnrolledConnector connector, AppClients apps, ConnectorMeter meter, TimeProvider time, ILogger<SettingsPull> logger) : BackgroundService
{
    /// <summary>How long a request waits for the settings that it began with. Gateways that share a store know of a change within a second of each other.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile TaskCompletionSource _changed = NewSignal();
    private long _wanted;
    private long _askedAt;
    private bool _isReported;

    /// <summary>Whether the gateway is one that gives no settings: an older one, with connectors that know their apps themselves.</summary>
    private volatile bool _isNotGiven;

    /// <summary>The gateway has settings of this version, or will have in a moment.</summary>
    public void Hint(long version)
    {
        if (version > apps.Current.Version)
        {
            Ask(version);
        }
    }

    /// <summary>Waits for settings of this version or a later one; false when they cannot be had in time.</summary>
    public async ValueTask<bool> WaitForAsync(long version, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (!_isNotGiven)
        {
            var changed = _changed.Task;
            if (apps.Current.Version >= version)
            {
                return true;
            }

            var left = Patience - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            Ask(version);
            try
            {
                await changed.WaitAsync(left, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                return false;
            }
        }

        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var pause = FirstPause;
            while (true)
            {
                await PullAsync(stoppingToken);
                if (IsBehind)
                {
                    // Whoever asks meanwhile waits too: what heads say makes no storm of calls.
                    await Task.Delay(pause, time, stoppingToken);
                    pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                }
                else
                {
                    pause = FirstPause;
                    await _wake.Reader.ReadAsync(stoppingToken);
                }
            }
        }
        catch (Exception stopped) when (stoppingToken.IsCancellationRequested && stopped is OperationCanceledException or ObjectDisposedException)
        {
            // The connector stops, or is gone without having been stopped.
        }
    }

    /// <summary>Whether to try again by itself. A version that cannot be had is not asked for any longer than somebody waits for it: heads may say anything.</summary>
    private bool IsBehind
    {
        get
        {
            var version = apps.Current.Version;
            lock (_gate)
            {
                return version == 0 || (_wanted > version && IsAskedFor);
            }
        }
    }

    private bool IsAskedFor => time.GetElapsedTime(_askedAt) < Patience;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Ask(long version)
    {
        lock (_gate)
        {
            _wanted = IsAskedFor ? Math.Max(_wanted, version) : version;
            _askedAt = time.GetTimestamp();
        }

        _wake.Writer.TryWrite(true);
    }

    private async Task PullAsync(CancellationToken stopping)
    {
        var have = apps.Current.Version;
        try
        {
            var settings = await connector.GetSettingsAsync(have, stopping);
            _isNotGiven = _isReported = false;
            if (settings is null)
            {
                return;
            }

            var refusal = Judge(settings, connector.Identity, have);
            if (refusal != SettingsRefusal.None)
            {
                meter.SettingsRefused(refusal.ToString());
                LogRefused(settings.Version, settings.Group, refusal, have);
                return;
            }

            apps.Apply(settings);
            LogTaken(settings.Version, apps.Current.Apps.Count);
            Interlocked.Exchange(ref _changed, NewSignal()).SetResult();
        }
        catch (GatewayCallException failed)
        {
            if (failed.IsForged)
            {
                meter.SettingsRefused(nameof(SettingsRefusal.Forged));
            }

            if (failed.Fault == CallFault.BadRequest && !_isNotGiven)
            {
                _isNotGiven = true;
                Interlocked.Exchange(ref _changed, NewSignal()).SetResult();
            }

            Report(failed.Message);
        }
        catch (EnrollmentException failed)
        {
            Report(failed.Message);
        }
    }

    /// <summary>Told once: it is tried again in a moment.</summary>
    private void Report(string reason)
    {
        if (!_isReported)
        {
            _isReported = true;
            LogFailed(reason);
        }
    }

    private static SettingsRefusal Judge(ConnectorSettings settings, ConnectorIdentity identity, long have)
        => settings.Connector != identity.Id || !string.Equals(settings.Group, identity.Group, StringComparison.OrdinalIgnoreCase) ? SettingsRefusal.Foreign
            : settings.Version < have ? SettingsRefusal.Older
            : SettingsRefusal.None;

    [LoggerMessage(2501, LogLevel.Information, "The gateway's settings, version {Version}, are in use: {Count} apps")]
    private partial void LogTaken(long version, int count);

    [LoggerMessage(2502, LogLevel.Warning, "Settings of version {Version} for group '{Group}' are refused ({Reason}); version {Have} stays in use. Older ones come from a gateway whose clock or store went back: restart this connector if that is meant")]
    private partial void LogRefused(long version, string group, SettingsRefusal reason, long have);

    [LoggerMessage(2503, LogLevel.Warning, "The gateway's settings cannot be had; those in use stay: {Reason}")]
    private partial void LogFailed(string reason);
}
