using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>
/// How often somebody may try. Who fails uses up what an account has from one network, and what a network has for all accounts; never what
/// the account's owner has elsewhere, or in a browser where they signed in before. So guessing and spraying are slow, and nobody can lock another out.
/// </summary>
/// <remarks>
/// In the memory of each gateway: a few tries more where there are several, and no write to the store that a stranger can ask for. What is kept of a try has one size,
/// whatever was typed, and there is so much of it at most.
/// </remarks>
internal sealed class SignInThrottle(TimeProvider time)
{
    /// <summary>Seconds, as <c>Retry-After</c> has them.</summary>
    public const string PasswordsRetryAfter = "60";

    /// <summary>Seconds, as <c>Retry-After</c> has them.</summary>
    public const string CodesRetryAfter = "360";

    /// <summary>About 20 MB.</summary>
    public const int MostAllowances = 100_000;

    private static readonly Limit OfAccount = new(5, TimeSpan.FromMinutes(1));
    private static readonly Limit OfKnownBrowser = new(10, TimeSpan.FromMinutes(1));
    private static readonly Limit OfNetwork = new(30, TimeSpan.FromSeconds(10));

    /// <summary>One in ten thousand hours of guessing finds a code of six digits, of which five count at a time.</summary>
    private static readonly Limit OfCodes = new(10, TimeSpan.FromMinutes(6));

    private static readonly Limit OfTelling = new(1, TimeSpan.FromMinutes(1));

    private readonly ConcurrentDictionary<UInt128, Allowance> _allowances = new();
    private readonly Lock _trimming = new();

    /// <summary>How many there are.</summary>
    public int Count => _allowances.Count;

    /// <param name="account">As it was typed: that there is no such account makes no difference.</param>
    /// <param name="address">Where the client is.</param>
    /// <param name="browser">Id of a browser where this account signed in before; null for any other.</param>
    /// <returns>Null when it is too often.</returns>
    public Attempt? TryPassword(string account, IPAddress? address, string? browser)
    {
        account = account.Trim().ToUpperInvariant();
        var network = NetworkOf(address);
        // The network first: one that may try no more leaves nothing behind of what it tries.
        return browser is not null
            ? TryTake((OfKnownBrowser, "browser", account + ' ' + browser))
            : TryTake((OfNetwork, "network", network), (OfAccount, "account", account + ' ' + network));
    }

    /// <summary>A passkey, which cannot be guessed: what is held back is the work that it makes.</summary>
    /// <param name="address">Where the client is.</param>
    /// <param name="browser">Id of a browser where somebody signed in before; null for any other.</param>
    /// <returns>Null when it is too often.</returns>
    public Attempt? TryPasskey(IPAddress? address, string? browser)
        => TryTake(browser is not null ? (OfKnownBrowser, "browser", "passkey " + browser) : (OfNetwork, "network", NetworkOf(address)));

    /// <summary>A second step: its codes are short, so that an account's tries count together wherever they come from. Only who knows the password gets here.</summary>
    public Attempt? TryCode(string userId, string? browser) => TryTake((OfCodes, "code", userId + ' ' + browser));

    /// <summary>A code that a program shows: nobody shall find somebody else's by trying.</summary>
    public Attempt? TryDeviceCode(string userId) => TryTake((OfCodes, "device", userId));

    /// <summary>Whether the sign-in log is to be told that a network tries too often: once a minute, since whoever goes on trying would fill it.</summary>
    public bool IsToBeTold(IPAddress? address) => TryTake((OfTelling, "told", NetworkOf(address))) is not null;

    private Attempt? TryTake(params ReadOnlySpan<(Limit Limit, string Kind, string Key)> wanted)
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

    private Allowance Get(UInt128 key, Limit limit, DateTimeOffset now)
    {
        if (_allowances.TryGetValue(key, out var known))
        {
            return known;
        }

        Trim(now);
        return _allowances.GetOrAdd(key, static (_, limit) => new Allowance(limit), limit);
    }

    /// <summary>Of one size, however long the name was that somebody typed.</summary>
    private static UInt128 HashOf(string kind, string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes((kind + '\n' + key).AsSpan()), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }

    /// <summary>An address; of IPv6 what one customer gets.</summary>
    private static string NetworkOf(IPAddress? address)
    {
        if (address is null)
        {
            return "";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }

    /// <summary>
    /// Makes room. What is whole again says nothing; where that is not enough, those go that were used least. Turned down: to let in nobody who is new, which would lock
    /// everybody out.
    /// </summary>
    private void Trim(DateTimeOffset now)
    {
        if (_allowances.Count < MostAllowances)
        {
            return;
        }

        lock (_trimming)
        {
            if (_allowances.Count < MostAllowances)
            {
                return;
            }

            // A quarter at once, so that not each that is new looks at all.
            var used = _allowances.Select(one => (one.Key, Share: one.Value.LeftOf(now))).OrderByDescending(static one => one.Share).ToList();
            var whole = used.FindIndex(static one => one.Share < 1);
            foreach (var (key, _) in used.Take(Math.Max(whole < 0 ? used.Count : whole, MostAllowances / 4)))
            {
                _allowances.TryRemove(key, out _);
            }
        }
    }

    /// <summary>One try, which counts unless it succeeds.</summary>
    internal sealed class Attempt(List<Allowance> taken)
    {
        public void Succeed() => taken.ForEach(static allowance => allowance.GiveBack());
    }

    internal sealed record Limit(int Most, TimeSpan Every);

    /// <summary>A token bucket.</summary>
    internal sealed class Allowance(Limit limit)
    {
        private readonly Lock _gate = new();
        private double _left = limit.Most;
        private DateTimeOffset? _at;

        public bool TryTake(DateTimeOffset now)
        {
            lock (_gate)
            {
                Refill(now);
                if (_left < 1)
                {
                    return false;
                }

                _left--;
                return true;
            }
        }

        public void GiveBack()
        {
            lock (_gate)
            {
                _left = Math.Min(limit.Most, _left + 1);
            }
        }

        /// <summary>From 0 to 1, which is whole.</summary>
        public double LeftOf(DateTimeOffset now)
        {
            lock (_gate)
            {
                Refill(now);
                return _left / limit.Most;
            }
        }

        private void Refill(DateTimeOffset now)
        {
            _left = Math.Min(limit.Most, _left + ((now - (_at ?? now)) / limit.Every));
            _at = now;
        }
    }
}
