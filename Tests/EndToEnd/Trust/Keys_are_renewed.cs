using System.Threading.Channels;
using AppProxy.Connector.Enrollment;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Trust;

/// <summary>Connectors give themselves a new key every month, by a clock that a test turns; the gateway's own goes on as it does.</summary>
[TestFixture]
public sealed class Keys_are_renewed : EnrollmentTest
{
    private const int Renewed = 2401;
    private const int Failed = 2404;

    private readonly Clock _time = new(TimeProvider.System.GetUtcNow());
    private readonly Way _way = new();
    private ILoggerFactory _loggers = null!;

    [SetUp]
    public void OpenLog() => _loggers = LoggerFactory.Create(builder => builder.AddProvider(Log.CreateProvider()));

    [TearDown]
    public void CloseLog() => _loggers.Dispose();

    [Test, CancelAfter(Guard)]
    public async Task After_thirty_days_and_not_sooner(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        var before = await EnrollAsync(proxy, time: _time, cancellation: cancellation);
        await using var renewal = await StartAsync(cancellation);

        // It looks every hour, and again only when it is through with what it did.
        foreach (var passed in (TimeSpan[])[KeyRenewal.KeyLife - TimeSpan.FromHours(2), TimeSpan.FromHours(1)])
        {
            _time.Advance(passed);
            await _time.WaitForLookAsync(cancellation);
        }

        _time.Advance(TimeSpan.FromHours(1));

        (await _way.Asked.ReadAsync(cancellation)).Should().Be(_time.GetUtcNow());
        await Log.WaitForAsync(static entry => entry.EventId == Renewed, cancellation);
        var after = Identity.Read();
        after.PrivateKey.Should().NotBe(before.PrivateKey);
        after.KeyCreatedAt.Should().Be(_time.GetUtcNow(), "the next thirty days begin");
        after.NextPrivateKey.Should().BeNull();
        (await KeyAtGatewayAsync(proxy, cancellation)).Should().Be(PublicOf(after.PrivateKey));
    }

    [Test, CancelAfter(Guard)]
    public async Task A_gateway_that_is_away_is_asked_again_in_an_hour(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        var before = await EnrollAsync(proxy, time: _time, cancellation: cancellation);
        _way.IsCut = true;
        await using var renewal = await StartAsync(cancellation);

        _time.Advance(KeyRenewal.KeyLife);
        await Log.WaitForAsync(static entry => entry.EventId == Failed, cancellation);
        Identity.Read().PrivateKey.Should().Be(before.PrivateKey, "it goes on");
        var next = Identity.Read().NextPrivateKey;
        next.Should().NotBeNull();

        _way.IsCut = false;
        _time.Advance(TimeSpan.FromHours(1));
        await Log.WaitForAsync(static entry => entry.EventId == Renewed, cancellation);
        Identity.Read().PrivateKey.Should().Be(next, "the key that was drawn is the one that is used");
        (await KeyAtGatewayAsync(proxy, cancellation)).Should().Be(PublicOf(next!));
    }

    [Test, CancelAfter(Guard)]
    public async Task What_was_half_done_is_finished_at_the_next_start([Values] bool hasGatewayHeard, CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        await EnrollAsync(proxy, time: _time, cancellation: cancellation);
        (_way.IsCut, _way.LosesAnswers) = (!hasGatewayHeard, hasGatewayHeard);
        using (var unlucky = new EnrolledConnector(Identity, _time, _loggers.CreateLogger<EnrolledConnector>(), new Lent(_way)))
        {
            await unlucky.Awaiting(connector => connector.RenewKeyAsync(cancellation)).Should().ThrowAsync<GatewayCallException>();
        }

        var next = Identity.Read().NextPrivateKey!;
        (_way.IsCut, _way.LosesAnswers) = (false, false);

        await using var renewal = await StartAsync(cancellation);

        await Log.WaitForAsync(static entry => entry.EventId == Renewed, cancellation);
        Identity.Read().PrivateKey.Should().Be(next);
        (await KeyAtGatewayAsync(proxy, cancellation)).Should().Be(PublicOf(next));
        (await Open(_time).GetBrokerAccessAsync(cancellation)).Tokens.Should().HaveCount(3);
    }

    private static async Task<PublicPoint> KeyAtGatewayAsync(TestEnvironment proxy, CancellationToken cancellation) => (await StoreOf(proxy).ListAsync(cancellation)).Single().Key;

    private PublicPoint PublicOf(string privateKey)
    {
        using var key = Identity.OpenKey(privateKey);
        var known = PublicKeys.From(key);
        return new PublicPoint(known.X, known.Y);
    }

    private async Task<Running> StartAsync(CancellationToken cancellation)
    {
        var connector = new EnrolledConnector(Identity, _time, _loggers.CreateLogger<EnrolledConnector>(), new Lent(_way));
        var renewal = new KeyRenewal(connector, _time, _loggers.CreateLogger<KeyRenewal>());
        await renewal.StartAsync(cancellation);
        _way.Time = _time;
        return new Running(renewal, connector);
    }

    private sealed class Running(KeyRenewal renewal, EnrolledConnector connector) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await renewal.StopAsync(CancellationToken.None);
            renewal.Dispose();
            connector.Dispose();
        }
    }

    /// <summary>Tells when somebody looks at it.</summary>
    private sealed class Clock(DateTimeOffset start) : FakeTimeProvider(start)
    {
        private readonly Channel<DateTimeOffset> _looks = Channel.CreateUnbounded<DateTimeOffset>();

        public override DateTimeOffset GetUtcNow()
        {
            var now = base.GetUtcNow();
            _looks.Writer.TryWrite(now);
            return now;
        }

        /// <summary>Until somebody has looked who sees the present time.</summary>
        public async Task WaitForLookAsync(CancellationToken cancellationToken)
        {
            var now = base.GetUtcNow();
            while (await _looks.Reader.ReadAsync(cancellationToken) != now)
            {
                // Of before.
            }
        }
    }

    /// <summary>The way to the gateway, which outlives each connector.</summary>
    private sealed class Way
    {
        private readonly Channel<DateTimeOffset> _asked = Channel.CreateUnbounded<DateTimeOffset>();

        public bool IsCut { get; set; }

        public bool LosesAnswers { get; set; }

        public TimeProvider? Time { get; set; }

        /// <summary>When the gateway was asked to take another key, by the connector's clock.</summary>
        public ChannelReader<DateTimeOffset> Asked => _asked.Reader;

        public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, Func<Task<HttpResponseMessage>> send)
        {
            if (request.RequestUri!.AbsolutePath == ConnectorPaths.Key && Time is not null)
            {
                _asked.Writer.TryWrite(Time.GetUtcNow());
            }

            if (IsCut)
            {
                throw new HttpRequestException("cut");
            }

            var answer = await send();
            if (!LosesAnswers || !answer.IsSuccessStatusCode)
            {
                return answer;
            }

            answer.Dispose();
            throw new HttpRequestException("The answer is lost.");
        }
    }

    private sealed class Lent(Way way) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => way.SendAsync(request, () => base.SendAsync(request, cancellationToken));
    }
}
