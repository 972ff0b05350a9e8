using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>
/// How often somebody may try. Who fails uses up what an account has from one network, and what a network has for all accounts; never what
/// the account's owner has elsewhere, or in a browser where they signed in before. So guessing and spraying are slow, and nobody can lock another out.
/// </summary>
/// <remarks>In the memory of each gateway: a few tries more where there are several, and no write to the store that a stranger can ask for.</remarks>
internal sealed class SignInThrottle(TimeProvider time)
{
    private const int MostAllowances = 100_000;

    private static readonly Limit OfAccount = new(5, TimeSpan.FromMinutes(1));
    private static readonly Limit OfKnownBrowser = new(10, TimeSpan.FromMinutes(1));
    private static readonly Limit OfNetwork = new(30, TimeSpan.FromSeconds(10));

    /// <summary>One in ten thousand hours of guessing finds a code of six digits, of which five count at a time.</summary>
    private static readonly Limit OfCodes = new(10, TimeSpan.FromMinutes(6));

    private readonly ConcurrentDictionary<(string Kind, string Key), Allowance> _allowances = new();

    /// <param name="account">As it was typed: that there is no such account makes no difference.</param>
    /// <param name="address">Where the client is.</param>
    /// <param name="browser">Id of a browser where this account signed in before; null for any other.</param>
    /// <returns>Null when it is too often.</returns>
    public Attempt? TryPassword(string account, IPAddress? address, string? browser)
    {
        account = account.Trim().ToUpperInvariant();
        var network = NetworkOf(address);
        return browser is not null
            ? TryTake((OfKnownBrowser, "browser", account + ' ' + browser))
            : TryTake((OfAccount, "account", account + ' ' + network), (OfNetwork, "network", network));
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

    private Attempt? TryTake(params ReadOnlySpan<(Limit Limit, string Kind, string Key)> wanted)
    {
        var now = time.GetUtcNow();
        Trim(now);
        var taken = new List<Allowance>(wanted.Length);
        foreach (var (limit, kind, key) in wanted)
        {
            var allowance = _allowances.GetOrAdd((kind, key), static (_, limit) => new Allowance(limit), limit);
            if (!allowance.TryTake(now))
            {
                taken.ForEach(static other => other.GiveBack());
                return null;
            }

            taken.Add(allowance);
        }

        return new Attempt(taken);
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

    /// <summary>What is whole again says nothing.</summary>
    private void Trim(DateTimeOffset now)
    {
        if (_allowances.Count < MostAllowances)
        {
            return;
        }

        foreach (var (key, allowance) in _allowances)
        {
            if (allowance.IsWhole(now))
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

        public bool IsWhole(DateTimeOffset now)
        {
            lock (_gate)
            {
                Refill(now);
                return _left >= limit.Most;
            }
        }

        private void Refill(DateTimeOffset now)
        {
            _left = Math.Min(limit.Most, _left + ((now - (_at ?? now)) / limit.Every));
            _at = now;
        }
    }
}
