using System.Collections.Concurrent;
using System.Text;
using AppProxy.Connector.Diagnostics;
using AppProxy.Connector.Settings;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Identity;

namespace AppProxy.Connector.Assertions;

/// <summary>
/// Verifies who asks, before an app is touched. An assertion that was believed is kept, octet by octet: the next request with it costs a look-up
/// and a comparison, and no signature. What is not believed is not kept.
/// </summary>
internal sealed partial class AssertionVerifier
{
    private const int MostKept = 50_000;

    private readonly GatewayKeyRing? _keys;
    private readonly string _group;
    private readonly ConnectorMeter _meter;
    private readonly ILogger<AssertionVerifier> _logger;
    private readonly ConcurrentDictionary<byte[], Believed> _believed = new(OctetComparer.Instance);
    private readonly ConcurrentDictionary<byte[], Believed>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private long _swept;

    /// <param name="options">The group.</param>
    /// <param name="meter">Counts.</param>
    /// <param name="logger">Log.</param>
    /// <param name="keys">Null where no gateway is pinned: then nothing can be verified.</param>
    public AssertionVerifier(ConnectorOptions options, ConnectorMeter meter, ILogger<AssertionVerifier> logger, GatewayKeyRing? keys = null)
    {
        _keys = keys;
        _group = options.Group;
        _meter = meter;
        _logger = logger;
        _lookup = _believed.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>How many are kept.</summary>
    public int Count => _believed.Count;

    /// <summary>None when the request may go on.</summary>
    public ValueTask<ExchangeFailure> VerifyAsync(in RequestHead head, BrokerClock clock)
    {
        if (_keys is null)
        {
            return new ValueTask<ExchangeFailure>(ExchangeFailure.None);
        }

        // It is for the app, whichever host of a wildcard is meant; whether that is one is judged where the app is looked up.
        _ = TargetName.TrySplit(head.AppId, out var app, out _);
        if (_lookup.TryGetValue(head.Assertion, out var believed))
        {
            return new ValueTask<ExchangeFailure>(Judge(believed.FaultOf(app, clock), app));
        }

        return head.Assertion.IsEmpty
            ? new ValueTask<ExchangeFailure>(Judge(AssertionFault.Missing, app))
            : VerifyAsync(_keys, head.Assertion.ToArray(), app.ToArray(), clock);
    }

    private async ValueTask<ExchangeFailure> VerifyAsync(GatewayKeyRing keys, byte[] octets, byte[] app, BrokerClock clock)
    {
        var (fault, believed) = await ReadAsync(keys, octets, clock);
        if (believed is not null)
        {
            _meter.AssertionVerified();
            Keep(octets, believed, clock);
            fault = believed.FaultOf(app, clock);
        }

        return Judge(fault, app);
    }

    private async ValueTask<(AssertionFault Fault, Believed? Believed)> ReadAsync(GatewayKeyRing keys, byte[] octets, BrokerClock clock)
    {
        var token = octets.Length <= Assertion.MaxLength ? Encoding.Latin1.GetString(octets) : "";
        if (SignedJson.KeyIdOf(token) is not { } id || SignedJson.Peek(token, IdentityJsonContext.Default.Assertion) is null)
        {
            return (AssertionFault.Malformed, null);
        }

        if (await keys.FindAsync(id) is not { } key)
        {
            return (AssertionFault.UnknownKey, null);
        }

        if (await SignedJson.VerifyAsync(token, IdentityJsonContext.Default.Assertion, Assertion.TokenType, key) is not { } assertion)
        {
            return (AssertionFault.BadSignature, null);
        }

        var now = clock.After(TimeSpan.Zero) / 1000;
        return assertion.Group != _group ? (AssertionFault.OtherGroup, null)
            : assertion.ExpiresAt - now > Assertion.Lifetime + Assertion.Skew || assertion.ExpiresAt - assertion.IssuedAt > Assertion.Lifetime ? (AssertionFault.TooLong, null)
            : (AssertionFault.None, new Believed(Encoding.Latin1.GetBytes(assertion.App), assertion.ExpiresAt * 1000));
    }

    private ExchangeFailure Judge(AssertionFault fault, ReadOnlySpan<byte> app)
    {
        if (fault == AssertionFault.None)
        {
            return ExchangeFailure.None;
        }

        _meter.AssertionRefused(fault);
        LogRefused(FieldNames.Get(app), fault);
        return fault == AssertionFault.Expired ? ExchangeFailure.AssertionExpired : ExchangeFailure.AssertionRefused;
    }

    private void Keep(byte[] octets, Believed believed, BrokerClock clock)
    {
        Sweep(clock);
        if (_believed.Count >= MostKept)
        {
            _believed.Clear();
        }

        _believed[octets] = believed;
    }

    /// <summary>What is over goes about as soon as it is: each person has a new one every minute.</summary>
    private void Sweep(BrokerClock clock)
    {
        var now = clock.After(TimeSpan.Zero);
        var swept = Volatile.Read(ref _swept);
        if (Math.Abs(now - swept) < Assertion.Lifetime * 1000L || Interlocked.CompareExchange(ref _swept, now, swept) != swept)
        {
            return;
        }

        foreach (var (old, other) in _believed)
        {
            if (clock.IsOver(other.ExpiresAt))
            {
                _believed.TryRemove(old, out _);
            }
        }
    }

    [LoggerMessage(2603, LogLevel.Warning, "A request for app '{App}' is refused: its assertion is not believed ({Fault})")]
    private partial void LogRefused(string app, AssertionFault fault);

    /// <summary>What is known of an assertion that the gateway signed, for this group.</summary>
    private sealed record Believed(byte[] App, long ExpiresAt)
    {
        public AssertionFault FaultOf(ReadOnlySpan<byte> app, BrokerClock clock) =>
            !app.SequenceEqual(App) ? AssertionFault.OtherApp
            : clock.IsOver(ExpiresAt) ? AssertionFault.Expired
            : AssertionFault.None;
    }
}
