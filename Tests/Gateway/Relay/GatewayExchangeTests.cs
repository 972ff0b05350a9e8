using System.Diagnostics.Metrics;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Diagnostics;
using AppProxy.Gateway.Keys;
using AppProxy.Gateway.Relay;
using AppProxy.Gateway.Relay.Assertions;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Relay;

/// <summary>Races between runs, staged frame by frame (DESIGN.md sections 4 and 5).</summary>
[TestFixture]
internal sealed class GatewayExchangeTests
{
    private static readonly Guid One = Guid.NewGuid();
    private static readonly Guid Two = Guid.NewGuid();

    private FakeTimeProvider _time = null!;
    private RecordingTransport _broker = null!;
    private GroupRelay _group = null!;
    private GatewayExchange _exchange = null!;
    private ServiceProvider _services = null!;

    [SetUp]
    public void Start() => _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    [TearDown]
    public async Task StopAsync()
    {
        _exchange.Dispose();
        await _broker.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Test]
    public async Task Of_two_claims_one_is_granted()
    {
        await SendAsync(FrameFlags.None);

        Claim(new Attempt(1, 11), One);
        Claim(new Attempt(1, 22), Two);

        SentTo(One).Should().Equal((FrameType.End, null));
        SentTo(Two).Should().Equal((FrameType.Reset, ExchangeFailure.AttemptRefused));
    }

    [Test]
    public async Task A_claim_that_comes_twice_is_granted_once()
    {
        await SendAsync(FrameFlags.None);

        Claim(new Attempt(1, 11), One);
        Claim(new Attempt(1, 11), One);

        SentTo(One).Should().Equal((FrameType.End, null));
    }

    [Test]
    public async Task A_claim_after_the_client_has_left_is_refused()
    {
        await SendAsync(FrameFlags.None);
        _exchange.End(ExchangeFailure.ClientGone);

        Claim(new Attempt(1, 11), One);

        SentTo(One).Should().Equal((FrameType.Reset, ExchangeFailure.ClientGone));
    }

    [Test]
    public async Task The_head_of_a_run_that_was_not_granted_is_refused()
    {
        await SendAsync(FrameFlags.None);
        Claim(new Attempt(1, 11), One);

        Head(new Attempt(1, 22), Two, 200, sequence: 0);
        Head(new Attempt(1, 11), One, 201, sequence: 1);

        SentTo(Two).Should().Equal((FrameType.Reset, ExchangeFailure.AttemptRefused));
        Status().Should().Be(201);
    }

    [Test]
    public async Task The_first_head_is_committed_and_every_other_run_is_refused()
    {
        await SendAsync(FrameFlags.Replayable);
        Claim(new Attempt(1, 11), One);
        Claim(new Attempt(1, 22), Two);

        Head(new Attempt(1, 22), Two, 202, sequence: 1);
        Head(new Attempt(1, 11), One, 201, sequence: 1);

        Status().Should().Be(202);
        SentTo(One).Should().Equal((FrameType.Reset, ExchangeFailure.AttemptRefused));
        SentTo(Two).Should().BeEmpty();
    }

    [Test]
    public async Task A_late_head_of_an_older_send_may_be_the_first()
    {
        await SendAsync(FrameFlags.Replayable);
        Claim(new Attempt(1, 11), One);
        Lose(One);

        Head(new Attempt(1, 11), One, 201, sequence: 1);
        Head(new Attempt(2, 22), Two, 202, sequence: 0);

        Status().Should().Be(201);
        SentTo(Two).Should().Equal((FrameType.Reset, ExchangeFailure.AttemptRefused));
    }

    [Test]
    public async Task A_replayable_request_of_a_lost_connector_is_sent_again()
    {
        await SendAsync(FrameFlags.Replayable);
        Claim(new Attempt(1, 11), One);

        Lose(One);

        _exchange.EndedBy.Should().BeNull();
        _broker.SentTo("requests.default").Select(frame => frame.Header.Attempt.Send).Should().Equal((ushort)1, (ushort)2);
    }

    [Test]
    public async Task Anything_else_of_a_lost_connector_ends()
    {
        await SendAsync(FrameFlags.None);
        Claim(new Attempt(1, 11), One);

        Lose(One);

        _exchange.EndedBy.Should().Be(ExchangeFailure.ConnectorLost);
        _broker.SentTo("requests.default").Should().ContainSingle();
    }

    [Test]
    public async Task A_committed_run_that_is_lost_ends_the_exchange()
    {
        await SendAsync(FrameFlags.Replayable);
        Claim(new Attempt(1, 11), One);
        Head(new Attempt(1, 11), One, 200, sequence: 1);

        Lose(One);

        _exchange.EndedBy.Should().Be(ExchangeFailure.ConnectorLost);
        _broker.SentTo("requests.default").Should().ContainSingle();
    }

    [TestCase(ExchangeFailure.ConnectorShutdown, true), TestCase(ExchangeFailure.GatewayLost, true), TestCase(ExchangeFailure.AppUnreachable, false), TestCase(ExchangeFailure.AppTimeout, false)]
    public async Task Only_what_says_nothing_about_the_app_is_run_again(ExchangeFailure reason, bool isSentAgain)
    {
        await SendAsync(FrameFlags.Replayable);
        Claim(new Attempt(1, 11), One);

        Reset(new Attempt(1, 11), reason, sequence: 1);

        _exchange.EndedBy.Should().Be(isSentAgain ? null : reason);
        _broker.SentTo("requests.default").Should().HaveCount(isSentAgain ? 2 : 1);
        SentTo(One).Should().BeEmpty("the connector said so itself");
    }

    [Test]
    public async Task The_reset_of_a_superseded_run_is_of_no_interest()
    {
        await SendAsync(FrameFlags.Replayable);
        Claim(new Attempt(1, 11), One);
        Claim(new Attempt(1, 22), Two);

        Reset(new Attempt(1, 11), ExchangeFailure.AppTimeout, sequence: 1);
        Head(new Attempt(1, 22), Two, 200, sequence: 1);

        _exchange.EndedBy.Should().BeNull();
        Status().Should().Be(200);
    }

    [Test]
    public async Task A_frame_that_comes_twice_changes_nothing()
    {
        await SendAsync(FrameFlags.Replayable);
        Claim(new Attempt(1, 11), One);
        Head(new Attempt(1, 11), One, 200, sequence: 1);
        Head(new Attempt(1, 11), One, 500, sequence: 1);
        Data(new Attempt(1, 11), "abc"u8.ToArray(), offset: 0, sequence: 2);
        Data(new Attempt(1, 11), "abc"u8.ToArray(), offset: 0, sequence: 2);

        Status().Should().Be(200);
        _exchange.Response.Received.Should().Be(3);
        _exchange.EndedBy.Should().BeNull();
    }

    [Test]
    public async Task A_gap_ends_what_is_committed()
    {
        await SendAsync(FrameFlags.Replayable);
        Claim(new Attempt(1, 11), One);
        Head(new Attempt(1, 11), One, 200, sequence: 1);

        Data(new Attempt(1, 11), "abc"u8.ToArray(), offset: 3, sequence: 3);

        _exchange.EndedBy.Should().Be(ExchangeFailure.BrokerGap);
        SentTo(One).Should().Equal((FrameType.Reset, ExchangeFailure.BrokerGap));
    }

    [Test]
    public async Task The_end_reaches_every_run_but_the_one_that_told()
    {
        await SendAsync(FrameFlags.Replayable);
        Claim(new Attempt(1, 11), One);
        Claim(new Attempt(1, 22), Two);

        _exchange.End(ExchangeFailure.ClientGone);
        _exchange.End(ExchangeFailure.TotalTimeout);

        SentTo(One).Should().Equal((FrameType.Reset, ExchangeFailure.ClientGone));
        SentTo(Two).Should().Equal((FrameType.Reset, ExchangeFailure.ClientGone));
    }

    [Test]
    public async Task An_assertion_that_ended_on_the_way_is_made_anew_once([Values(FrameFlags.None, FrameFlags.Replayable)] FrameFlags flags)
    {
        await SendAsync(flags);
        _time.Advance(TimeSpan.FromMinutes(3));
        Refuse(new Attempt(1, 11), One);

        _exchange.EndedBy.Should().BeNull("nothing has begun");
        var assertions = SentAssertions();
        assertions.Should().HaveCount(2);
        assertions[1].Should().NotBe(assertions[0]).And.HaveLength(assertions[0].Length);

        Refuse(new Attempt(2, 22), Two);
        _exchange.EndedBy.Should().Be(ExchangeFailure.AssertionExpired, "clocks differ, and no assertion will do");
    }

    [Test]
    public async Task A_request_that_is_sent_again_later_has_a_new_assertion()
    {
        await SendAsync(FrameFlags.Replayable);
        Claim(new Attempt(1, 11), One);
        _time.Advance(TimeSpan.FromMinutes(3));

        Lose(One);

        SentAssertions().Should().OnlyHaveUniqueItems().And.HaveCount(2);
    }

    private List<string> SentAssertions() => [.. _broker.SentTo("requests.default").Select(static frame =>
    {
        RequestHead.TryRead(frame.Payload.Span, frame.Header.Flags, out var head).Should().Be(FrameError.None);
        return System.Text.Encoding.ASCII.GetString(head.Assertion);
    })];

    private void Refuse(Attempt attempt, Guid uplink)
    {
        Deliver(message => message.Claim(_exchange.Id, attempt, 0, new ClaimPayload(uplink, 0)));
        Reset(attempt, ExchangeFailure.AssertionExpired, 1);
    }

    private async Task SendAsync(FrameFlags flags)
    {
        _time = new FakeTimeProvider();
        _broker = new RecordingTransport();
        _group = new GroupRelay(
            "default", new WindowBudget(new WindowOptions()), new GatewayMeter(_services.GetRequiredService<IMeterFactory>()), _time, NullLogger<GroupRelay>.Instance);
        await _group.OpenAsync(_broker, CancellationToken.None);
        using var keys = new SigningKeys(new MemoryKeyVault(), _time, NullLogger<SigningKeys>.Instance);
        await keys.LoadAsync(CancellationToken.None);
        _exchange = new GatewayExchange(_group, App, flags, _time) { Assertions = new AssertionIssuer(keys, _group.Meter, NullLogger<AssertionIssuer>.Instance) };
        _group.Add(_exchange);
        var message = new FrameBuffer(256);
        message.RequestHead(flags, _exchange.Id, new Attempt(1, 0), 0, new RequestHead { Method = "GET"u8, Target = "/"u8, ReplySession = _group.ReplySession, Assertion = _exchange.TakeAssertion().Span }, default(NoFields));
        _exchange.Send(message);
    }

    private static PublishedApp App { get; } = new()
    {
        Id = "app",
        DisplayName = "app",
        ConnectorGroup = "default",
        ExternalAuthenticationType = ExternalAuthenticationType.Passthru,
        ExternalUrl = AppUrl.Parse("http://app.localhost/"),
        InternalUrl = AppUrl.Parse("http://127.0.0.1/"),
        ApplicationServerTimeout = TimeSpan.FromSeconds(85),
        Relay = new RelaySettings(),
        IsTranslateHostHeaderEnabled = true,
        IsBackendCertificateValidationEnabled = true,
        SettingsVersion = 1,
    };

    private void Claim(Attempt attempt, Guid uplink) => Deliver(message => message.Claim(_exchange.Id, attempt, 0, new ClaimPayload(uplink, 1000)));

    private void Head(Attempt attempt, Guid uplink, int status, uint sequence) => Deliver(message =>
        message.ResponseHead(FrameFlags.None, _exchange.Id, attempt, sequence, new ResponseHead { UplinkSession = uplink, Status = status }, default(NoFields)));

    private void Data(Attempt attempt, byte[] octets, long offset, uint sequence) => Deliver(message => message.Data(_exchange.Id, attempt, sequence, offset, octets));

    private void Reset(Attempt attempt, ExchangeFailure reason, uint sequence) => Deliver(message => message.Reset(_exchange.Id, attempt, sequence, (ushort)reason));

    private void Deliver(Action<FrameBuffer> write)
    {
        var message = new FrameBuffer(256);
        write(message);
        var length = message.Length;
        var buffer = message.Detach();
        MessageReader.TryOpen(buffer.Array.AsMemory(0, length), out var reader).Should().Be(FrameError.None);
        reader.TryRead(out var frame).Should().BeTrue();
        _exchange.OnFrame(frame, buffer);
        buffer.Release();
    }

    private void Lose(Guid uplink) => _group.Lose(_group.InstanceOf(uplink));

    private IEnumerable<(FrameType Type, ExchangeFailure? Reason)> SentTo(Guid uplink) =>
        _broker.SentTo(EntityNames.Uplinks("default"), uplink).Select(static frame =>
            (frame.Header.Type, frame.Header.Type == FrameType.Reset && ResetPayload.TryRead(frame.Payload.Span, out var reset) == FrameError.None
                ? (ExchangeFailure?)reset.Reason
                : null));

    private int Status()
    {
        ResponseHead.TryRead(_exchange.Head.Payload.Span, _exchange.Head.Flags, out var head).Should().Be(FrameError.None);
        return head.Status;
    }
}
