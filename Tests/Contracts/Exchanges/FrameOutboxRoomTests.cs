using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Exchanges;

/// <summary>Bodies wait while much is on its way.</summary>
[TestFixture]
[CancelAfter(30_000)]
public sealed class FrameOutboxRoomTests : FrameOutboxFixture
{
    [Test]
    public async Task Bodies_wait_while_much_is_unanswered(CancellationToken cancellation)
    {
        var outbox = Outbox(out var link);
        var channel = Channel(outbox);
        var sent = 0;
        while (outbox.WaitForRoom() is null)
        {
            channel.SendData(PooledBuffer.Rent(FrameBuffer.DataMessageOffset + 65_536), 65_536);
            sent++;
        }

        sent.Should().Be(32, "2 MB are enough to keep a line busy");
        var room = outbox.WaitForRoom()!.Task;
        Write(channel, 1);
        link.Sent.Should().HaveCount(33, "heads and windows do not wait");
        room.IsCompleted.Should().BeFalse();

        link.Accept();

        await room.WaitAsync(cancellation);
    }

    [Test]
    public async Task Abandoning_frees_whoever_waits_for_room(CancellationToken cancellation)
    {
        var channel = FullOutbox(out var outbox);
        var room = outbox.WaitForRoom()!.Task;

        outbox.Abandon();

        await room.WaitAsync(cancellation);
        channel.SentOffset.Should().BePositive();
    }

    [Test]
    public async Task Closing_an_exchange_frees_a_sender_that_waits_for_a_line_that_is_gone(CancellationToken cancellation)
    {
        var channel = FullOutbox(out var outbox);
        outbox.Detach();
        channel.Window.Update(long.MaxValue);
        var room = channel.WaitForRoomAsync().AsTask();
        room.IsCompleted.Should().BeFalse();

        channel.Close(ExchangeFailure.GatewayLost);

        (await room.WaitAsync(cancellation)).Should().Be(0);
        (await channel.WaitForRoomAsync().AsTask().WaitAsync(cancellation)).Should().Be(0);
    }

    private ExchangeChannel FullOutbox(out FrameOutbox outbox)
    {
        outbox = Outbox(out _);
        var channel = Channel(outbox);
        while (outbox.WaitForRoom() is null)
        {
            channel.SendData(PooledBuffer.Rent(FrameBuffer.DataMessageOffset + 65_536), 65_536);
        }

        return channel;
    }
}
