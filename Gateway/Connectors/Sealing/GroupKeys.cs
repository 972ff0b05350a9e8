using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Connectors.Sealing;

/// <summary>
/// The keys of connector groups: made when a group is first relayed, shared by all gateways of one store, and changed every day. The next one is
/// with every connector before it seals; one that an operator asked for seals at once, and connectors hear of it by the first message under it.
/// </summary>
/// <param name="vault">Where they are kept; null where there is no store.</param>
/// <param name="configured">By group: keys of the configuration, the one that seals last; they stand in the place of kept ones.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Log.</param>
internal sealed partial class GroupKeys(
    IGroupKeyVault? vault, IReadOnlyDictionary<string, IReadOnlyList<GroupKey>> configured, TimeProvider time, ILogger<GroupKeys> logger) : BackgroundService
{
    /// <summary>How often gateways look what another one or a command did.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long a key seals.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(1);

    /// <summary>From a key's making to its first use: connectors ask for tokens, and hear of it, every two minutes, and do without the gateway for five.</summary>
    public static readonly TimeSpan Announcement = TimeSpan.FromMinutes(10);

    /// <summary>Until every gateway has looked.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Memory = GroupSeal.MaxAge + GroupKey.AnswersLast;

    private readonly SemaphoreSlim _turn = new(1);
    private volatile Dictionary<string, GroupKey[]> _keys = new(StringComparer.OrdinalIgnoreCase);
    private string? _reported;

    /// <summary>The group's keys, oldest first; none before <see cref="EnsureAsync"/>.</summary>
    public IReadOnlyList<GroupKey> Of(string group) => configured.TryGetValue(group, out var given) ? given : _keys.TryGetValue(group, out var keys) ? keys : [];

    /// <summary>Looks at what is kept, and sees to it that the group has a key, and in time the next one.</summary>
    /// <exception cref="GroupKeyException">It can have none.</exception>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public async Task EnsureAsync(string group, CancellationToken cancellationToken)
    {
        if (configured.ContainsKey(group))
        {
            return;
        }

        if (vault is null)
        {
            throw new GroupKeyException(group, "there is no key to seal its frames with, as a broker of somebody else's needs: give Gateway:Store, for connectors that enrol, or "
                + $"Gateway:ServiceBusRules:{group}:SealingKey (openssl rand -base64 32) and the same as Connector:Broker:SealingKey");
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            await LookAsync(cancellationToken);
            if (!_keys.ContainsKey(group))
            {
                var now = time.GetUtcNow();
                var first = new GroupKey(group, 1, GroupSecret.Create(), now, null);
                await vault.TryAddAsync(first, now, cancellationToken);
                await LookAsync(cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Gives the group a new key that seals at once; what gateways seal with others is not believed any more.</summary>
    /// <exception cref="GroupKeyException">It cannot be.</exception>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public async Task<GroupKey> RotateAsync(string group, CancellationToken cancellationToken)
    {
        if (configured.ContainsKey(group))
        {
            throw new GroupKeyException(group, "its key is in the configuration: change it there (Gateway/Connectors/README.md)");
        }

        await EnsureAsync(group, cancellationToken);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            var last = _keys[group][^1];
            var next = new GroupKey(last.Group, last.Sequence + 1, GroupSecret.Create(), now, null);
            if (!await vault!.TryAddAsync(next, now + Slack, cancellationToken))
            {
                throw new GroupKeyException(group, "its key was changed by somebody else at the same moment: once more");
            }

            await LookAsync(cancellationToken);
            return next;
        }
        finally
        {
            _turn.Release();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _turn.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (vault is null)
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await _turn.WaitAsync(stoppingToken);
                try
                {
                    await LookAsync(stoppingToken);
                    await RenewAsync(stoppingToken);
                    _reported = null;
                }
                catch (StoreException unusable)
                {
                    // The keys at hand go on; what is wrong is told once.
                    if (_reported != unusable.Message)
                    {
                        _reported = unusable.Message;
                        LogUnreadable(unusable.Message);
                    }
                }
                finally
                {
                    _turn.Release();
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    /// <summary>Gives groups their next key in time, and forgets what nobody can use any more.</summary>
    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var isChanged = false;
        foreach (var (group, keys) in _keys)
        {
            var last = keys[^1];
            if (now >= last.SealsFrom + Life - Announcement)
            {
                var from = now + Announcement > last.SealsFrom + Life ? now + Announcement : last.SealsFrom + Life;
                isChanged = true;
                if (await vault!.TryAddAsync(new GroupKey(last.Group, last.Sequence + 1, GroupSecret.Create(), from, null), from + Announcement, cancellationToken))
                {
                    LogAnnounced(group, from);
                }
            }

            if (keys[0].EndsAt < now - Memory)
            {
                isChanged = true;
                await vault!.ForgetAsync(now - Memory, cancellationToken);
            }
        }

        if (isChanged)
        {
            await LookAsync(cancellationToken);
        }
    }

    /// <summary>Keys that are known already stay the objects they are.</summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var known = _keys;
        var found = await vault!.ReadAsync(cancellationToken);
        _keys = found.GroupBy(static key => key.Group, StringComparer.OrdinalIgnoreCase).ToDictionary(
            static group => group.Key,
            group => group.OrderBy(static key => key.Sequence).Select(key => known.TryGetValue(group.Key, out var before) && Array.Find(before, other => other.Sequence == key.Sequence && other.Secret.Id == key.Secret.Id) is { } same
                ? same with { EndsAt = key.EndsAt }
                : key).ToArray(),
            StringComparer.OrdinalIgnoreCase);
    }

    [LoggerMessage(4341, LogLevel.Information, "Group '{Group}' has a new sealing key, which seals from {SealsFrom:u}")]
    private partial void LogAnnounced(string group, DateTimeOffset sealsFrom);

    [LoggerMessage(4342, LogLevel.Warning, "The groups' sealing keys cannot be read again, and stay as they are: {Reason}")]
    private partial void LogUnreadable(string reason);
}
