using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Exchanges;

[TestFixture]
[CancelAfter(10_000)]
public sealed class SendWindowTests
{
    [Test]
    public async Task Room_is_what_is_left_to_the_limit_but_one_data_frame_at_most()
    {
        var window = new SendWindow();
        window.Update(100_000);

        (await window.WaitForRoomAsync(99_990)).Should().Be(10);
        (await window.WaitForRoomAsync(0)).Should().Be(FrameLimits.DataPiece);
    }

    [Test]
    public async Task A_limit_beyond_32_bits_is_room(CancellationToken cancellation)
    {
        var window = new SendWindow();
        window.Update(long.MaxValue);

        (await window.WaitForRoomAsync(5_000_000_000).AsTask().WaitAsync(cancellation)).Should().Be(FrameLimits.DataPiece);
    }

    [Test]
    public void A_lower_limit_is_a_late_frame()
    {
        var window = new SendWindow();
        window.Update(100);
        window.Update(50);

        window.Limit.Should().Be(100);
    }

    [Test]
    public async Task A_sender_without_room_waits_for_the_limit_to_move(CancellationToken cancellation)
    {
        var window = new SendWindow();
        window.Update(100);
        var room = window.WaitForRoomAsync(100).AsTask();
        room.IsCompleted.Should().BeFalse();

        window.Update(101);

        (await room.WaitAsync(cancellation)).Should().Be(1);
    }

    [Test]
    public async Task Closing_ends_the_wait_with_no_room(CancellationToken cancellation)
    {
        var window = new SendWindow();
        var room = window.WaitForRoomAsync(0).AsTask();

        window.Close();

        (await room.WaitAsync(cancellation)).Should().Be(0);
        window.Update(1_000);
        (await window.WaitForRoomAsync(0)).Should().Be(0, "a closed window stays closed");
    }
}
