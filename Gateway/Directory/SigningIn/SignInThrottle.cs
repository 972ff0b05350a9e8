using System.Net;

namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>
/// How often somebody may try. Who fails uses up what an account has from one network, and what a network has for all accounts; never what
/// the account's owner has elsewhere, or in a browser where they signed in before. So guessing and spraying are slow, and nobody can lock another out.
/// </summary>
/// <remarks>In the memory of each gateway: a few tries more where there are several, and no write to the store that a stranger can ask for.</remarks>
internal sealed class SignInThrottle(TimeProvider time)
{
    /// <summary>A /48 of IPv6 has so many times what one of its networks has.</summary>
    private const int NetworksOfSite = 4;

    private static readonly Limit OfAccount = new(5, TimeSpan.FromMinutes(1));
    private static readonly Limit OfKnownBrowser = new(10, TimeSpan.FromMinutes(1));
    private static readonly Limit OfNetwork = new(30, TimeSpan.FromSeconds(10));

    /// <summary>More than its people mistype, from all browsers that are new to it.</summary>
    private static readonly Limit OfAccountAnywhere = new(50, TimeSpan.FromMinutes(10));

    /// <summary>What a network has for an account that many guess at: still one, for the account's owner.</summary>
    private static readonly Limit OfBesiegedAccount = new(1, TimeSpan.FromMinutes(5));

    private static readonly Limit OfCodes = new(10, TimeSpan.FromMinutes(6));

    /// <summary>One in ten thousand hours of guessing finds a code of six digits, of which five count at a time.</summary>
    private static readonly Limit OfCodesAnywhere = new(50, TimeSpan.FromMinutes(6));

    private static readonly Limit OfRecoveryCodes = new(10, TimeSpan.FromMinutes(1));
    private static readonly Limit OfClients = new(100, TimeSpan.FromSeconds(1));
    private static readonly Limit OfDeviceAuthorizations = new(30, TimeSpan.FromSeconds(10));
    private static readonly Limit OfTelling = new(1, TimeSpan.FromMinutes(1));

    private readonly Allowances _allowances = new(time);

    /// <summary>How many things are kept.</summary>
    public int Count => _allowances.Count;

    /// <param name="account">As it was typed: that there is no such account makes no difference.</param>
    /// <param name="address">Where the client is.</param>
    /// <param name="browser">Id of a browser where this account signed in before; null for any other.</param>
    /// <param name="wait">Until when it would be too often, as it looks now; nothing when it is not.</param>
    /// <returns>Null when it is too often.</returns>
    public Attempt? TryPassword(string account, IPAddress? address, string? browser, out TimeSpan wait)
    {
        account = account.Trim().ToUpperInvariant();
        if (browser is not null)
        {
            return TryTake(out wait, (OfKnownBrowser, "browser", account + ' ' + browser));
        }

        // The networks first: one that may try no more leaves nothing behind of what it tries.
        var here = At(address, (OfNetwork, "network", ""), (OfAccount, "account", account));
        var anywhere = (OfAccountAnywhere, "anywhere", account);
        // Where that is used up, from however many networks, each goes on with less: slower, but not locked.
        var besieged = (OfBesiegedAccount, "besieged", account + ' ' + ClientNetwork.Of(address).Widest);
        if (_allowances.TryTake(here) is { } attempt)
        {
            if ((_allowances.TryTake(anywhere) ?? _allowances.TryTake(besieged)) is { } besides)
            {
                wait = TimeSpan.Zero;
                return attempt.With(besides);
            }

            attempt.Succeed();
        }

        wait = Longer(_allowances.WaitFor(here), Shorter(_allowances.WaitFor(anywhere), _allowances.WaitFor(besieged)));
        return null;
    }

    /// <summary>A passkey, which cannot be guessed: what is held back is the work that it makes.</summary>
    /// <param name="address">Where the client is.</param>
    /// <param name="browser">Id of a browser where somebody signed in before; null for any other.</param>
    /// <param name="wait">Until when it would be too often.</param>
    /// <returns>Null when it is too often.</returns>
    public Attempt? TryPasskey(IPAddress? address, string? browser, out TimeSpan wait)
        => TryTake(out wait, browser is not null ? [(OfKnownBrowser, "browser", "passkey " + browser)] : At(address, (OfNetwork, "network", "")));

    /// <summary>
    /// A code of an authenticator, which is short: besides what a network has, an account's tries count together wherever they come from. Only who knows the password gets
    /// here; whose it is comes in all the same, in a browser where they did before, with a passkey, or with a recovery code.
    /// </summary>
    public Attempt? TryCode(string userId, IPAddress? address, string? browser, out TimeSpan wait) => TryTake(
        out wait, browser is not null ? [(OfCodes, "browser's code", userId + ' ' + browser)] : [.. At(address, (OfCodes, "code", userId)), (OfCodesAnywhere, "codes", userId)]);

    /// <summary>A recovery code, which cannot be guessed: what is held back is the work that it makes, and only there where it is made.</summary>
    public Attempt? TryRecoveryCode(string userId, IPAddress? address, string? browser, out TimeSpan wait) => TryTake(
        out wait, browser is not null ? [(OfRecoveryCodes, "browser's recovery", userId + ' ' + browser)] : At(address, (OfRecoveryCodes, "recovery", userId)));

    /// <summary>A code that a program shows: nobody shall find somebody else's by trying.</summary>
    public Attempt? TryDeviceCode(string userId, out TimeSpan wait) => TryTake(out wait, (OfCodes, "device", userId));

    /// <summary>A program that says who it is, which makes work where its secret is wrong.</summary>
    public Attempt? TryClient(IPAddress? address, out TimeSpan wait) => TryTake(out wait, At(address, (OfClients, "client", "")));

    /// <summary>A device that begins, whose code is kept: that counts whatever comes of it.</summary>
    public Attempt? TryDeviceAuthorization(IPAddress? address, out TimeSpan wait) => TryTake(out wait, At(address, (OfDeviceAuthorizations, "device authorization", "")));

    /// <summary>Whether the sign-in log is to be told that a network tries too often: once a minute, since whoever goes on trying would fill it.</summary>
    public bool IsToBeTold(IPAddress? address) => _allowances.TryTake((OfTelling, "told", ClientNetwork.Of(address).Widest)) is not null;

    private Attempt? TryTake(out TimeSpan wait, params ReadOnlySpan<(Limit Limit, string Kind, string Key)> wanted)
    {
        var attempt = _allowances.TryTake(wanted);
        wait = attempt is null ? _allowances.WaitFor(wanted) : TimeSpan.Zero;
        return attempt;
    }

    /// <summary>What the client's network has, and what the /48 around it has.</summary>
    private static (Limit Limit, string Kind, string Key)[] At(IPAddress? address, params ReadOnlySpan<(Limit Limit, string Kind, string Key)> wanted)
    {
        var (network, site) = ClientNetwork.Of(address);
        var all = new List<(Limit Limit, string Kind, string Key)>();
        foreach (var (limit, kind, key) in wanted)
        {
            all.Add((limit, kind, key + ' ' + network));
            if (site is not null)
            {
                all.Add((new Limit(limit.Most * NetworksOfSite, limit.Every / NetworksOfSite), kind, key + ' ' + site));
            }
        }

        return [.. all];
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
