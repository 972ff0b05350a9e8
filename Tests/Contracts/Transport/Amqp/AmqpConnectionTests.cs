using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Performatives;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Transport.Amqp;

[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AmqpConnectionTests : IAsyncDisposable
{
    private const int Guard = 10_000;

    private readonly EnginePair _pair = new();

    [TearDown]
    public async ValueTask DisposeAsync() => await _pair.DisposeAsync();

    [Test, CancelAfter(Guard)]
    public async Task Messages_arrive_in_order_and_are_settled(CancellationToken cancellation)
    {
        var (sender, receiver) = await StartAsync(credit: 100);
        SendNumbers(sender, 100);

        for (byte i = 0; i < 100; i++)
        {
            var (id, body) = await receiver.NextAsync(cancellation);
            body.Should().Equal(i);
            receiver.Link.Settle(id, i % 2 == 0 ? DeliveryState.Accepted : DeliveryState.Rejected(new AmqpError(ErrorCondition.NotAllowed, "odd")));
        }

        for (var i = 0; i < 100; i++)
        {
            (await sender.Outcomes.Reader.ReadAsync(cancellation)).Outcome.Should().BeOneOf(DeliveryOutcome.Accepted, DeliveryOutcome.Rejected);
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task Nothing_is_sent_without_credit(CancellationToken cancellation)
    {
        var (sender, receiver) = await StartAsync(credit: 2);
        SendNumbers(sender, 5);

        await receiver.NextAsync(cancellation);
        await receiver.NextAsync(cancellation);
        receiver.Arrived.Reader.TryRead(out _).Should().BeFalse();

        receiver.Link.AddCredit(3);

        for (byte i = 2; i < 5; i++)
        {
            (await receiver.NextAsync(cancellation)).Body.Should().Equal(i);
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task A_large_message_crosses_small_frames_and_a_small_window(CancellationToken cancellation)
    {
        await _pair.StartAsync(server: options => options with { MaxFrameSize = 512, IncomingWindow = 3 });
        var receiver = new TestReceiver(credit: 10);
        var sender = await _pair.AttachSenderAsync(receiver);
        var body = new byte[100_000];
        new Random(1).NextBytes(body);

        sender.Send(body);
        sender.Send(new byte[] { 1 });

        (await receiver.NextAsync(cancellation)).Body.AsSpan().SequenceEqual(body).Should().BeTrue();
        (await receiver.NextAsync(cancellation)).Body.Should().Equal(1);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_message_that_is_too_long_costs_its_link_only(CancellationToken cancellation)
    {
        await _pair.StartAsync();
        var small = new TestReceiver(credit: 10, maxMessageSize: 100);
        var first = await _pair.AttachSenderAsync(small);
        var large = new TestReceiver(credit: 10);
        var second = await _pair.AttachSenderAsync(large);

        first.Send(new byte[200]);

        (await first.Over.Task.WaitAsync(cancellation))!.Condition.Should().Be(ErrorCondition.MessageSizeExceeded);
        (await first.Lost.Reader.ReadAsync(cancellation)).Should().BeTrue("it had left");
        first.Send(new byte[1]).Should().BeFalse();
        second.Send(new byte[] { 5 });
        (await large.NextAsync(cancellation)).Body.Should().Equal(5);
    }

    [Test, CancelAfter(Guard)]
    public async Task Sending_without_credit_costs_the_link_only(CancellationToken cancellation)
    {
        await _pair.StartAsync();
        var receiver = new TestReceiver(credit: 1);
        var greedy = await _pair.AttachSenderAsync(receiver);
        greedy.IsGreedy = true;
        greedy.Send(new byte[] { 1 });
        greedy.Send(new byte[] { 2 });

        (await greedy.Over.Task.WaitAsync(cancellation))!.Condition.Should().Be(ErrorCondition.TransferLimitExceeded);
        var other = new TestReceiver(credit: 1);
        (await _pair.AttachSenderAsync(other)).Send(new byte[] { 3 });
        (await other.NextAsync(cancellation)).Body.Should().Equal(3);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_drain_uses_up_the_credit(CancellationToken cancellation)
    {
        var (sender, receiver) = await StartAsync(credit: 10);

        await receiver.Link.DrainAsync(cancellation);
        sender.Send(new byte[] { 1 });
        receiver.Arrived.Reader.TryRead(out _).Should().BeFalse();

        receiver.Link.AddCredit(1);
        (await receiver.NextAsync(cancellation)).Body.Should().Equal(1);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_refused_attach_fails_with_the_reason(CancellationToken cancellation)
    {
        await _pair.StartAsync();
        _pair.Accept = (session, attach) => new RefusingReceiver(session, attach.Name);
        var sender = new TestSender(_pair.Session, "refused");
        _pair.Session.Attach(sender, new Attach { Name = sender.Name, Handle = 0, IsReceiver = false, Source = new Source(), Target = new Target() });

        var attached = async () => await sender.Attached.WaitAsync(cancellation);

        (await attached.Should().ThrowAsync<TransportException>()).Which.Failure.Should().Be(TransportFailure.EntityNotFound);
    }

    [Test, CancelAfter(Guard)]
    public async Task Heart_beats_keep_an_idle_connection(CancellationToken cancellation)
    {
        var (sender, receiver) = await StartAsync(credit: 1);
        for (var i = 0; i < 20; i++)
        {
            _pair.Time.Advance(TimeSpan.FromSeconds(5));

            // A drain and back is a round trip, so both ends have heard each other before time goes on.
            await receiver.Link.DrainAsync(cancellation);
            receiver.Link.AddCredit(1);
        }

        sender.Send(new byte[] { 1 });
        (await receiver.NextAsync(cancellation)).Body.Should().Equal(1);
    }

    [Test, CancelAfter(Guard)]
    public async Task What_is_unsettled_at_the_end_is_lost_once(CancellationToken cancellation)
    {
        var (sender, receiver) = await StartAsync(credit: 2);
        SendNumbers(sender, 5);

        await receiver.NextAsync(cancellation);
        await receiver.NextAsync(cancellation);
        _pair.Server.Abort();

        var lost = new List<bool>();
        for (var i = 0; i < 5; i++)
        {
            lost.Add(await sender.Lost.Reader.ReadAsync(cancellation));
        }

        lost.Count(written => written).Should().Be(2);
        sender.Lost.Reader.TryRead(out _).Should().BeFalse();
        (await sender.Over.Task.WaitAsync(cancellation))!.Condition.Should().Be(ErrorCondition.ConnectionForced);
    }

    private async Task<(TestSender Sender, TestReceiver Receiver)> StartAsync(int credit)
    {
        await _pair.StartAsync();
        var receiver = new TestReceiver(credit);
        return (await _pair.AttachSenderAsync(receiver), receiver);
    }

    private static void SendNumbers(TestSender sender, byte count)
    {
        for (byte i = 0; i < count; i++)
        {
            sender.Send(new[] { i });
        }
    }
}
