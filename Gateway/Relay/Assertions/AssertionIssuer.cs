using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Diagnostics;
using AppProxy.Gateway.Keys;

namespace AppProxy.Gateway.Relay.Assertions;

/// <summary>
/// States to connectors who asks for what (<see cref="Assertion"/>). Made once for each person and app, kept for the requests of the next minute, and
/// made anew beside them before it ends: a request costs one look-up, and never waits for a signature but the first.
/// </summary>
internal sealed partial class AssertionIssuer(SigningKeys keys, GatewayMeter meter, ILogger<AssertionIssuer> logger)
{
    /// <summary>From this age on a new one is made.</summary>
    private const long RenewAfter = Assertion.Lifetime * 1000L / 2;

    /// <summary>At this age it is not sent any more: a request may have to wait for a connector.</summary>
    private const long UseFor = Assertion.Lifetime * 1000L * 3 / 4;

    private const long SweepInterval = Assertion.Lifetime * 1000L;

    /// <summary>Stands for the people who need not sign in.</summary>
    private static readonly object Nobody = new();

    private readonly ConcurrentDictionary<Holder, Issued> _issued = new();
    private long _swept;

    /// <summary>How many are at hand.</summary>
    public int Count => _issued.Count;

    /// <summary>An assertion that is good for a while: ASCII, not to be changed.</summary>
    /// <param name="app">The app, by whichever URL.</param>
    /// <param name="caller">By whose leave; null for an open app.</param>
    /// <param name="clock">The broker's, of the app's group.</param>
    public ReadOnlyMemory<byte> Get(PublishedApp app, IAdmission? caller, BrokerClock clock)
    {
        var holder = new Holder(app, caller ?? Nobody);
        var now = clock.After(TimeSpan.Zero);
        if (!_issued.TryGetValue(holder, out var issued) || issued.Age(now) is < 0 or >= UseFor || issued.Subject != caller?.Subject)
        {
            return Make(holder, caller, now).Token;
        }

        if (issued.Age(now) >= RenewAfter && issued.TryBeginRenewal())
        {
            ThreadPool.UnsafeQueueUserWorkItem(static renewal => renewal.Issuer.Renew(renewal.Holder, renewal.Caller, renewal.Now), (Issuer: this, Holder: holder, Caller: caller, Now: now), preferLocal: false);
        }

        return issued.Token;
    }

    /// <summary>Nobody awaits it. If it fails, requests go on with what there is; when that is too old, one makes its own, and fails by itself.</summary>
    private void Renew(Holder holder, IAdmission? caller, long now)
    {
        try
        {
            Make(holder, caller, now);
        }
        catch (Exception failure)
        {
            LogNotRenewed(holder.App.Id, failure);
        }
    }

    private Issued Make(Holder holder, IAdmission? caller, long now)
    {
        var issuedAt = now / 1000;
        var assertion = new Assertion
        {
            Group = holder.App.ConnectorGroup,
            App = holder.App.TargetId,
            IssuedAt = issuedAt,
            ExpiresAt = issuedAt + Assertion.Lifetime,
            Subject = caller?.Subject,
        };
        var token = SignedJson.Sign(assertion, IdentityJsonContext.Default.Assertion, Assertion.TokenType, keys.Current.Credentials);
        meter.AssertionSigned(holder.App.Id);
        var issued = new Issued(Encoding.ASCII.GetBytes(token), issuedAt * 1000, caller?.Subject);
        _issued[holder] = issued;
        Sweep(now);
        return issued;
    }

    /// <summary>Whoever is gone leaves nothing behind.</summary>
    private void Sweep(long now)
    {
        var swept = Volatile.Read(ref _swept);
        if (Math.Abs(now - swept) < SweepInterval || Interlocked.CompareExchange(ref _swept, now, swept) != swept)
        {
            return;
        }

        foreach (var (holder, issued) in _issued)
        {
            if (issued.Age(now) is < 0 or >= UseFor)
            {
                _issued.TryRemove(KeyValuePair.Create(holder, issued));
            }
        }
    }

    [LoggerMessage(4231, LogLevel.Error, "A new assertion for app '{App}' could not be made; the one before it is used while it lasts")]
    private partial void LogNotRenewed(string app, Exception failure);

    /// <summary>The very objects: a changed app or another session gets its own.</summary>
    private readonly struct Holder(PublishedApp app, object caller) : IEquatable<Holder>
    {
        public PublishedApp App => app;

        public bool Equals(Holder other) => ReferenceEquals(app, other.App) && ReferenceEquals(caller, other.Caller);

        public override bool Equals(object? obj) => obj is Holder other && Equals(other);

        public override int GetHashCode() => HashCode.Combine(RuntimeHelpers.GetHashCode(app), RuntimeHelpers.GetHashCode(caller));

        private object Caller => caller;
    }

    private sealed class Issued(byte[] token, long issuedAt, string? subject)
    {
        private int _renewing;

        public ReadOnlyMemory<byte> Token => token;

        public string? Subject => subject;

        public long Age(long now) => now - issuedAt;

        public bool TryBeginRenewal() => Interlocked.Exchange(ref _renewing, 1) == 0;
    }
}
