using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>What everybody has left who tried lately. What is kept of a try has one size, whatever was typed, and there is so much of it at most.</summary>
internal sealed class Allowances(TimeProvider time)
{
    /// <summary>About 20 MB.</summary>
    public const int Most = 100_000;

    private readonly ConcurrentDictionary<UInt128, Allowance> _all = new();
    private readonly Lock _trimming = new();

    public int Count => _all.Count;

    /// <summary>Takes one of each.</summary>
    /// <returns>Null when one of them has none left; then none is taken.</returns>
    public Attempt? TryTake(params ReadOnlySpan<(Limit Limit, string Kind, string Key)> wanted)
    {
        var now = time.GetUtcNow();
        var taken = new List<Allowance>(wanted.Length);
        foreach (var (limit, kind, key) in wanted)
        {
            var allowance = Get(HashOf(kind, key), limit, now);
            if (!allowance.TryTake(now))
            {
                taken.ForEach(static other => other.GiveBack());
                return null;
            }

            taken.Add(allowance);
        }

        return new Attempt(taken);
    }

    /// <summary>How long until there is one of each, as it looks now; nothing is taken, and nothing kept.</summary>
    public TimeSpan WaitFor(params ReadOnlySpan<(Limit Limit, string Kind, string Key)> wanted)
    {
        var now = time.GetUtcNow();
        var wait = TimeSpan.Zero;
        foreach (var (_, kind, key) in wanted)
        {
            if (_all.TryGetValue(HashOf(kind, key), out var known) && known.WaitAt(now) is var one && one > wait)
            {
                wait = one;
            }
        }

        return wait;
    }

    private Allowance Get(UInt128 key, Limit limit, DateTimeOffset now)
    {
        if (_all.TryGetValue(key, out var known))
        {
            return known;
        }

        Trim(now);
        return _all.GetOrAdd(key, static (_, limit) => new Allowance(limit), limit);
    }

    /// <summary>Of one size, however long the name was that somebody typed.</summary>
    private static UInt128 HashOf(string kind, string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes((kind + '\n' + key).AsSpan()), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }

    /// <summary>
    /// Makes room. What is whole again says nothing; where that is not enough, those go that were used least. Turned down: to let in nobody who is new, which would lock
    /// everybody out.
    /// </summary>
    private void Trim(DateTimeOffset now)
    {
        if (_all.Count < Most)
        {
            return;
        }

        lock (_trimming)
        {
            if (_all.Count < Most)
            {
                return;
            }

            // A quarter at once, so that not each that is new looks at all.
            var used = _all.Select(one => (one.Key, Share: one.Value.LeftOf(now))).OrderByDescending(static one => one.Share).ToList();
            var whole = used.FindIndex(static one => one.Share < 1);
            foreach (var (key, _) in used.Take(Math.Max(whole < 0 ? used.Count : whole, Most / 4)))
            {
                _all.TryRemove(key, out _);
            }
        }
    }
}
