using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Connectors.Sealing;

/// <summary>A gateway's side of a group: seals with the group's key, and opens what each connector sealed with its own, unless that was shut out.</summary>
internal sealed class GatewaySealingKeys(string group, GroupKeys keys, ShutOutConnectors? shutOut, TimeProvider time) : ISealingKeys
{
    private readonly Lock _gate = new();
    private SealingKey? _current;
    private Task? _look;
    private long _lookedAt;

    public DateTimeOffset Now => time.GetUtcNow();

    public SealingKey Current
    {
        get
        {
            var known = keys.Of(group);
            var now = time.GetUtcNow();
            for (var i = known.Count - 1; i >= 0; i--)
            {
                if (known[i].SealsFrom <= now || i == 0)
                {
                    var secret = known[i].Secret;
                    return _current is { } current && current.Id == secret.Id ? current : _current = new SealingKey(secret.Id, Guid.Empty, secret.Down);
                }
            }

            throw new InvalidOperationException("The group's keys are not loaded.");
        }
    }

    public SealingFault Check(in SealedHeader header)
    {
        if (shutOut?.Contains(header.Connector) == true)
        {
            return SealingFault.Revoked;
        }

        return Find(header.KeyId) is { } key && (key.EndsAt is not { } end || header.SealedAt <= (end + GroupKey.AnswersLast).ToUnixTimeSeconds())
            ? SealingFault.None
            : SealingFault.UnknownKey;
    }

    public byte[]? OpeningKeyOf(in SealedHeader header) => Find(header.KeyId)?.Secret.UpOf(header.Connector);

    /// <summary>
    /// Whoever can write to a queue can make us look, so once in a second is enough, and no look is waited for longer: all messages behind would wait too. While
    /// the store is away, or hangs, there is nothing to be seen, and the message that asks is refused: it alone, for everything else the keys are here.
    /// </summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        Task look;
        TimeSpan left;
        lock (_gate)
        {
            if (_look is not { } last || (last.IsCompleted && time.GetElapsedTime(_lookedAt) >= GroupKeys.Interval))
            {
                _lookedAt = time.GetTimestamp();
                // Elsewhere: SQLite's look is over when its call returns, and this is the thread that all replies come by.
                _look = last = Task.Run(LookAsync, CancellationToken.None);
            }

            look = last;
            left = GroupKeys.Interval - time.GetElapsedTime(_lookedAt);
        }

        try
        {
            await look.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // As if it had seen nothing.
        }
    }

    private async Task LookAsync()
    {
        try
        {
            await keys.EnsureAsync(group, CancellationToken.None);
        }
        catch (StoreException)
        {
            // It is told where the keys are read every second.
        }
    }

    private GroupKey? Find(uint id)
    {
        var known = keys.Of(group);
        for (var i = known.Count - 1; i >= 0; i--)
        {
            if (known[i].Secret.Id == id)
            {
                return known[i];
            }
        }

        return null;
    }
}
