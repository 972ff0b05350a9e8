using System.Security.Cryptography;
using System.Text;
using AppProxy.Connector.Assertions;
using AppProxy.Connector.Diagnostics;
using AppProxy.Connector.Settings;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Keys;
using AppProxy.Tests.Diagnostics;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;
using NUnit.Framework;

namespace AppProxy.Tests.Connector.Assertions;

/// <summary>Who is believed: one row for each way not to be.</summary>
[TestFixture]
[CancelAfter(20_000)]
internal sealed class AssertionVerifierTests
{
    private FakeTimeProvider _time = null!;
    private GatewayOfKeys _gateway = null!;
    private GatewayPin _pin = null!;
    private InstrumentRecorder _recorder = null!;
    private BrokerClock _clock = null!;
    private AssertionVerifier _verifier = null!;

    /// <summary>What is sent, and what is wrong with it.</summary>
    public static IEnumerable<TestCaseData> Refused()
    {
        static TestCaseData Row(string what, AssertionFault fault, Func<AssertionVerifierTests, string> token) => new TestCaseData(token, fault).SetArgDisplayNames(what, fault.ToString());

        yield return Row("none at all", AssertionFault.Missing, static _ => "");
        yield return Row("no token", AssertionFault.Malformed, static _ => "who cares");
        yield return Row("two parts", AssertionFault.Malformed, static test => test.Good()[..test.Good().LastIndexOf('.')]);
        yield return Row("longer than any", AssertionFault.Malformed, static test => test.Good() + new string('A', Assertion.MaxLength));
        yield return Row("no claims", AssertionFault.Malformed, static test => Forge(test._gateway.Current, Es256, "{}"));
        yield return Row("no app", AssertionFault.Malformed, static test => Forge(test._gateway.Current, Es256, $$"""{"aud":"default","iat":{{test.Now}},"exp":{{test.Now + 60}}}"""));
        yield return Row("alg none", AssertionFault.BadSignature, static test => Unsigned(test, "none"));
        yield return Row("alg NONE with a signature", AssertionFault.BadSignature, static test => Unsigned(test, "NONE") + "AAAA");
        yield return Row("HS256 with the public key", AssertionFault.BadSignature, static test => Symmetric(test));
        yield return Row("ES256 header, HMAC inside", AssertionFault.BadSignature, static test => Symmetric(test, "ES256"));
        yield return Row("ES384 of another curve", AssertionFault.BadSignature, static test => OtherCurve(test, ECCurve.NamedCurves.nistP384, HashAlgorithmName.SHA384, "ES384"));
        yield return Row("ES512 of another curve", AssertionFault.BadSignature, static test => OtherCurve(test, ECCurve.NamedCurves.nistP521, HashAlgorithmName.SHA512, "ES512"));
        yield return Row("ES256 of another key under our key's id", AssertionFault.BadSignature, static test => Impostor(test));
        yield return Row("a key that the gateway has not", AssertionFault.UnknownKey, static test => test.Sign(Stranger(test), test.Fresh()));
        yield return Row("a key given along with it", AssertionFault.UnknownKey, static test => WithOwnKey(test));
        yield return Row("payload altered", AssertionFault.BadSignature, static test => Altered(test.Good(), 1));
        yield return Row("signature altered", AssertionFault.BadSignature, static test => Altered(test.Good(), 2));
        yield return Row("another document of the gateway's", AssertionFault.BadSignature, static test => SignedJson.Sign(test.Fresh(), IdentityJsonContext.Default.Assertion, GatewayAnswer.TokenType, test._gateway.Current.Credentials));
        yield return Row("for another app", AssertionFault.OtherApp, static test => test.Sign(test._gateway.Current, test.Fresh() with { App = "other" }));
        yield return Row("for the app in other letters", AssertionFault.OtherApp, static test => test.Sign(test._gateway.Current, test.Fresh() with { App = "APP" }));
        yield return Row("for another group", AssertionFault.OtherGroup, static test => test.Sign(test._gateway.Current, test.Fresh() with { Group = "other" }));
        yield return Row("over", AssertionFault.Expired, static test => test.Sign(test._gateway.Current, test.Fresh() with { IssuedAt = test.Now - 121, ExpiresAt = test.Now - 1 }));
        yield return Row("good for an hour", AssertionFault.TooLong, static test => test.Sign(test._gateway.Current, test.Fresh() with { ExpiresAt = test.Now + 3600 }));
        yield return Row("of the future", AssertionFault.TooLong, static test => test.Sign(test._gateway.Current, test.Fresh() with { IssuedAt = test.Now + 3600, ExpiresAt = test.Now + 3700 }));
    }

    [SetUp]
    public void Start()
    {
        _time = new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        _gateway = new GatewayOfKeys(_time);
        _clock = new BrokerClock(_time);
        _recorder = new InstrumentRecorder(ConnectorMeter.MeterName);
        var options = new ConnectorOptions { Gateway = "http://127.0.0.1", GatewayKey = _gateway.Current.Id };
        _pin = GatewayPin.Of(options, _time, _gateway)!;
        _verifier = new AssertionVerifier(options, new ConnectorMeter(_recorder.Meters), NullLogger<AssertionVerifier>.Instance, new GatewayKeyRing(_pin, _time));
    }

    [TearDown]
    public void Stop()
    {
        _pin.Dispose();
        _gateway.Dispose();
        _recorder.Dispose();
    }

    [TestCaseSource(nameof(Refused))]
    public async Task It_is_not_believed(object token, AssertionFault fault)
    {
        await VerifyAsync(Good(), "app");
        var verifying = VerifyAsync(((Func<AssertionVerifierTests, string>)token)(this), "app").AsTask();
        _time.Advance(TimeSpan.FromSeconds(1));
        var failure = await verifying;

        failure.Should().Be(fault == AssertionFault.Expired ? ExchangeFailure.AssertionExpired : ExchangeFailure.AssertionRefused);
        _recorder.Values("appproxy.connector.assertions.refused").Should().ContainSingle().Which.Should().Be(fault.ToString());
        _verifier.Count.Should().BeLessThanOrEqualTo(2, "only what is signed is kept");
    }

    [Test]
    public async Task One_that_was_believed_is_not_verified_again()
    {
        var token = Good();
        for (var i = 0; i < 100; i++)
        {
            (await VerifyAsync(token, "app")).Should().Be(ExchangeFailure.None);
        }

        _recorder.Count("appproxy.connector.assertions.verified").Should().Be(1);
        _gateway.Asked.Should().Be(1);
    }

    [Test]
    public async Task One_that_was_believed_ends_all_the_same()
    {
        var token = Good();
        await VerifyAsync(token, "app");

        (await VerifyAsync(token, "other")).Should().Be(ExchangeFailure.AssertionRefused);
        _time.Advance(TimeSpan.FromSeconds(Assertion.Lifetime));
        (await VerifyAsync(token, "app")).Should().Be(ExchangeFailure.None);
        _time.Advance(TimeSpan.FromSeconds(1));
        (await VerifyAsync(token, "app")).Should().Be(ExchangeFailure.AssertionExpired);
    }

    [Test]
    public async Task Those_that_are_over_are_kept_no_longer()
    {
        for (var minutes = 0; minutes < 30; minutes++)
        {
            (await VerifyAsync(Good(), "app")).Should().Be(ExchangeFailure.None);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        _verifier.Count.Should().BeLessThan(5, "each is good for two minutes");
    }

    [TestCase(-3600)]
    [TestCase(3600)]
    public async Task A_machine_whose_clock_is_wrong_goes_by_the_brokers(int off)
    {
        var broker = _time.GetUtcNow() + TimeSpan.FromSeconds(off);
        _clock.Observe(broker);
        var now = broker.ToUnixTimeSeconds();

        (await VerifyAsync(Sign(_gateway.Current, Fresh() with { IssuedAt = now, ExpiresAt = now + 120 }), "app")).Should().Be(ExchangeFailure.None);
        (await VerifyAsync(Sign(_gateway.Current, Fresh() with { IssuedAt = now - 130, ExpiresAt = now - 10 }), "app")).Should().Be(ExchangeFailure.AssertionExpired);
    }

    [Test]
    public async Task A_key_that_the_pinned_one_vouched_for_is_believed_and_so_is_the_one_before()
    {
        (await VerifyAsync(Good(), "app")).Should().Be(ExchangeFailure.None);
        _time.Advance(TimeSpan.FromSeconds(3));
        _gateway.Rotate();

        (await VerifyAsync(Good(), "app")).Should().Be(ExchangeFailure.None);
        (await VerifyAsync(Sign(_gateway.First, Fresh() with { Subject = "other" }), "app")).Should().Be(ExchangeFailure.None);
    }

    [Test]
    public async Task A_pinned_key_of_long_ago_leads_to_the_one_that_signs()
    {
        _gateway.Rotate();
        _gateway.Rotate();
        _gateway.Rotate();
        _gateway.IsLater = true;

        (await VerifyAsync(Good(), "app")).Should().Be(ExchangeFailure.None);
    }

    [Test]
    public async Task Made_up_keys_do_not_make_it_ask_each_time()
    {
        (await VerifyAsync(Sign(Stranger(this), Fresh()), "app")).Should().Be(ExchangeFailure.AssertionRefused);
        var others = Enumerable.Range(0, 20).Select(_ => VerifyAsync(Sign(Stranger(this), Fresh()), "app").AsTask()).ToList();
        others.Should().OnlyContain(static other => !other.IsCompleted, "they wait for their turn");
        _time.Advance(TimeSpan.FromSeconds(1));

        (await Task.WhenAll(others)).Should().OnlyContain(static failure => failure == ExchangeFailure.AssertionRefused);
        _gateway.Asked.Should().Be(2);
    }

    [Test]
    public async Task A_gateway_that_is_away_is_asked_again_later()
    {
        _gateway.IsAway = true;
        (await VerifyAsync(Good(), "app")).Should().Be(ExchangeFailure.AssertionRefused);
        _gateway.IsAway = false;
        _time.Advance(TimeSpan.FromSeconds(3));

        (await VerifyAsync(Good(), "app")).Should().Be(ExchangeFailure.None);
    }

    [Test]
    public async Task Another_gateway_than_the_pinned_one_is_not_believed()
    {
        using var other = new GatewayOfKeys(_time);
        var options = new ConnectorOptions { Gateway = "http://127.0.0.1", GatewayKey = _gateway.Current.Id };
        using var pin = GatewayPin.Of(options, _time, other)!;
        var verifier = new AssertionVerifier(options, new ConnectorMeter(_recorder.Meters), NullLogger<AssertionVerifier>.Instance, new GatewayKeyRing(pin, _time));

        (await verifier.VerifyAsync(Head(Sign(other.Current, Fresh()), "app"), _clock)).Should().Be(ExchangeFailure.AssertionRefused);
    }

    [Test]
    public async Task Without_a_pin_nothing_is_verified()
    {
        var verifier = new AssertionVerifier(new ConnectorOptions(), new ConnectorMeter(_recorder.Meters), NullLogger<AssertionVerifier>.Instance);

        (await verifier.VerifyAsync(Head("", "app"), _clock)).Should().Be(ExchangeFailure.None);
    }

    private const string Es256 = "ES256";

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    private static SigningKey Stranger(AssertionVerifierTests test) => SigningKey.Create(1, test._time.GetUtcNow(), test._time.GetUtcNow());

    private static RequestHead Head(string token, string app) => new() { Assertion = Encoding.Latin1.GetBytes(token), AppId = Encoding.Latin1.GetBytes(app) };

    private static string Part(string json) => Base64UrlEncoder.Encode(json);

    private static string Header(string algorithm, string key) => Part($$"""{"alg":"{{algorithm}}","kid":"{{key}}","typ":"{{Assertion.TokenType}}"}""");

    private static string Forge(SigningKey key, string algorithm, string payload)
    {
        var said = Header(algorithm, key.Id) + "." + Part(payload);
        return said + "." + Base64UrlEncoder.Encode(key.Key.ECDsa.SignData(Encoding.ASCII.GetBytes(said), HashAlgorithmName.SHA256));
    }

    private static string PayloadOf(AssertionVerifierTests test) => Encoding.UTF8.GetString(Base64UrlEncoder.DecodeBytes(test.Good().Split('.')[1]));

    private static string Unsigned(AssertionVerifierTests test, string algorithm) => Header(algorithm, test._gateway.Current.Id) + "." + Part(PayloadOf(test)) + ".";

    private static string Symmetric(AssertionVerifierTests test, string algorithm = "HS256")
    {
        var said = Header(algorithm, test._gateway.Current.Id) + "." + Part(PayloadOf(test));
        return said + "." + Base64UrlEncoder.Encode(HMACSHA256.HashData(test._gateway.Current.Key.ECDsa.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(said)));
    }

    private static string OtherCurve(AssertionVerifierTests test, ECCurve curve, HashAlgorithmName hash, string algorithm)
    {
        using var key = ECDsa.Create(curve);
        var said = Header(algorithm, test._gateway.Current.Id) + "." + Part(PayloadOf(test));
        return said + "." + Base64UrlEncoder.Encode(key.SignData(Encoding.ASCII.GetBytes(said), hash));
    }

    private static string Impostor(AssertionVerifierTests test)
    {
        var said = Header(Es256, test._gateway.Current.Id) + "." + Part(PayloadOf(test));
        return said + "." + Base64UrlEncoder.Encode(Stranger(test).Key.ECDsa.SignData(Encoding.ASCII.GetBytes(said), HashAlgorithmName.SHA256));
    }

    private static string WithOwnKey(AssertionVerifierTests test)
    {
        var own = Stranger(test);
        var said = Part($$$"""{"alg":"ES256","kid":"{{{own.Id}}}","typ":"{{{Assertion.TokenType}}}","jwk":{"kty":"EC","crv":"P-256","x":"{{{own.PublicKey.X}}}","y":"{{{own.PublicKey.Y}}}"}}""") + "." + Part(PayloadOf(test));
        return said + "." + Base64UrlEncoder.Encode(own.Key.ECDsa.SignData(Encoding.ASCII.GetBytes(said), HashAlgorithmName.SHA256));
    }

    private static string Altered(string token, int part)
    {
        var parts = token.Split('.');
        var octets = Base64UrlEncoder.DecodeBytes(parts[part]);
        if (part == 1)
        {
            octets = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(octets).Replace("alice", "mallo", StringComparison.Ordinal));
        }
        else
        {
            octets[5] ^= 1;
        }

        parts[part] = Base64UrlEncoder.Encode(octets);
        return string.Join('.', parts);
    }

    private Assertion Fresh() => new() { App = "app", Group = "default", IssuedAt = Now, ExpiresAt = Now + Assertion.Lifetime, Subject = "alice" };

    private string Good() => Sign(_gateway.Current, Fresh());

#pragma warning disable CA1822 // Reads as the others.
    private string Sign(SigningKey key, Assertion assertion) => SignedJson.Sign(assertion, IdentityJsonContext.Default.Assertion, Assertion.TokenType, key.Credentials);
#pragma warning restore CA1822

    private ValueTask<ExchangeFailure> VerifyAsync(string token, string app) => _verifier.VerifyAsync(Head(token, app), _clock);
}
