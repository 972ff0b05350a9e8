using System.Collections.Concurrent;
using AppProxy.Contracts.Processes;
using Microsoft.Extensions.Logging;

namespace AppProxy.Contracts.Identity.Sealing;

/// <summary>Seals and opens the messages of one connector group. It outlives connections: what came before is remembered across them.</summary>
/// <remarks>A message is refused when it is too old, by <see cref="MaxAge"/>, so no more need be remembered than came since.</remarks>
internal sealed partial class GroupSeal(string group, ISealingKeys keys, IRefusalCounter counter, ILogger logger)
{
    /// <summary>Longer than any request may wait for a connector (10 minutes), and clocks may differ.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(15);

    /// <summary>How far a connector's clock may be ahead that goes by its own.</summary>
    private static readonly TimeSpan MaxLead = TimeSpan.FromMinutes(5);

    /// <summary>Competing connectors each see a part of what a gateway sends, and a lock that ran out brings back what is long past: half a million messages, 64 KB a link.</summary>
    private const int CompetingWindow = 1 << 19;

    /// <summary>In a session messages come in order; what a broken connection had on its way comes once more.</summary>
    private const int SessionWindow = 1 << 12;

    private readonly ConcurrentDictionary<LinkName, LinkOpener> _openers = new();
    private readonly LogPace _pace = new();

    public ISealingKeys Keys => keys;

    public LinkSealer CreateSealer(string queue) => new(keys, queue);

    /// <summary>Opens a message in place.</summary>
    /// <param name="queue">Where it came from.</param>
    /// <param name="sessionId">Where it came from.</param>
    /// <param name="message">All of it; the part between header and tag is plain afterwards.</param>
    /// <param name="isOnce">Whether it counts as received now; else when <see cref="LinkOpener.Done"/> says so.</param>
    /// <param name="opened">Who opened it, and its number; <see cref="SealingFault.Revoked"/> with them is what a connector really said that lost its rights.</param>
    /// <returns>Why not. Nothing is counted yet: <see cref="Refuse"/>.</returns>
    public SealingFault TryOpen(string queue, string? sessionId, Span<byte> message, bool isOnce, out (LinkOpener Opener, ulong Counter) opened)
    {
        opened = default;
        if (!SealedHeader.TryRead(message, out var header))
        {
            return SealingFault.NotSealed;
        }

        var now = keys.Now.ToUnixTimeSeconds();
        if (header.SealedAt < now - (long)MaxAge.TotalSeconds || header.SealedAt > now + (long)MaxLead.TotalSeconds)
        {
            return SealingFault.Stale;
        }

        var standing = keys.Check(header);
        if (standing is not (SealingFault.None or SealingFault.Revoked))
        {
            return standing;
        }

        SealingFault fault;

        var name = new LinkName(header.KeyId, header.Connector, header.Link, queue);
        if (_openers.TryGetValue(name, out var opener))
        {
            fault = opener.Open(header, message, sessionId, isOnce, now);
        }
        else
        {
            // Remembered only if it opens something: strangers cannot fill this up.
            opener = CreateOpener(header, queue, sessionId);
            if (opener is null)
            {
                return standing;
            }

            fault = opener.Open(header, message, sessionId, isOnce, now);
            if (fault == SealingFault.None && _openers.TryAdd(name, opener))
            {
                Forget(now);
            }
            else
            {
                opener.Dispose();
            }
        }

        if (fault != SealingFault.None)
        {
            return fault;
        }

        opened = (opener, header.Counter);
        return standing;
    }

    /// <summary>Counts and logs a message that is dropped.</summary>
    public void Refuse(string queue, SealingFault fault)
    {
        counter.Refused(group, queue, fault);
        if (_pace.TryPass(keys.Now.ToUnixTimeSeconds(), out var unlogged))
        {
            LogRefused(group, queue, fault, unlogged);
        }
    }

    private LinkOpener? CreateOpener(in SealedHeader header, string queue, string? sessionId)
    {
        if (keys.OpeningKeyOf(header) is not { } openingKey)
        {
            return null;
        }

        Span<byte> linkKey = stackalloc byte[GroupSecret.Size];

        // What lies in a queue's dead-letter queue was sealed for the queue.
        var subqueue = queue.IndexOf("/$", StringComparison.Ordinal);
        GroupSecret.DeriveLink(openingKey, header.Link, subqueue < 0 ? queue : queue[..subqueue], linkKey);
        return new LinkOpener(linkKey, sessionId is null ? CompetingWindow : SessionWindow);
    }

    private void Forget(long now)
    {
        foreach (var (name, opener) in _openers)
        {
            // Whatever it opened is too old by now.
            if (opener.UsedAt < now - (2 * (long)MaxAge.TotalSeconds) && _openers.TryRemove(name, out _))
            {
                opener.Dispose();
            }
        }
    }

    [LoggerMessage(1011, LogLevel.Warning, "Group '{Group}': a message on {Queue} is refused ({Fault}), and {Unlogged} before it that were only counted. The broker, or somebody who can write there, is not to be trusted; or keys or clocks differ")]
    private partial void LogRefused(string group, string queue, SealingFault fault, long unlogged);

    private readonly record struct LinkName(uint KeyId, Guid Connector, Guid Link, string Queue);
}

/// <summary>Counts messages that were refused.</summary>
internal interface IRefusalCounter
{
    void Refused(string group, string queue, SealingFault fault);
}
