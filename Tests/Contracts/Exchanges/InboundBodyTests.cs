using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Exchanges;

[TestFixture]
[CancelAfter(10_000)]
public sealed class InboundBodyTests
{
    private static readonly WindowOptions Options = new() { Initial = 100, Reserve = 20, Maximum = 400, Budget = 1_000 };

    private readonly List<PooledBuffer> _buffers = [];

    [TearDown]
    public void Every_buffer_is_released()
    {
        _buffers.Should().OnlyContain(static buffer => Buffers.IsReleased(buffer));
        _buffers.Clear();
    }

    [Test]
    public void A_piece_is_taken_only_where_the_last_one_ended()
    {
        using var body = new InboundBody(new WindowBudget(Options));

        Accept(body, 0, 10).Should().BeTrue();
        Accept(body, 11, 5).Should().BeFalse("octet 10 is missing");
        Accept(body, 9, 5).Should().BeFalse("octet 9 is known");
        Accept(body, 10, 5).Should().BeTrue();
        body.Received.Should().Be(15);
    }

    [Test]
    public void A_piece_beyond_the_window_is_refused_whole()
    {
        using var body = new InboundBody(new WindowBudget(Options));

        Accept(body, 0, 101).Should().BeFalse();
        body.Received.Should().Be(0);
        Accept(body, 0, 100).Should().BeTrue();
        Accept(body, 100, 1).Should().BeFalse();
        Accept(body, 100, 0).Should().BeTrue("an empty piece needs no window");
    }

    [Test]
    public void The_window_doubles_while_the_reader_keeps_up_until_its_maximum()
    {
        using var body = new InboundBody(new WindowBudget(Options));
        var limits = new List<long>();
        long offset = 0;
        while (offset < 2_000)
        {
            Accept(body, offset, 50).Should().BeTrue();
            offset += 50;
            ReadAll(body, limits);
        }

        limits.Take(3).Should().Equal(50 + 200, 150 + 400, 350 + 400);
        limits.Should().BeInAscendingOrder();
        (body.Limit - offset).Should().BeLessThanOrEqualTo(400);
    }

    [Test]
    public void The_window_does_not_grow_while_octets_wait_for_their_reader()
    {
        using var body = new InboundBody(new WindowBudget(Options));
        Accept(body, 0, 100).Should().BeTrue();

        body.Consume(50).Should().Be(150, "50 of 100 still wait");
        body.Consume(10).Should().Be(0, "90 are open, more than half of the window");
    }

    [Test]
    public void The_window_does_not_grow_beyond_the_budget_and_opens_all_the_same()
    {
        var budget = new WindowBudget(Options with { Budget = 150 });
        using var body = new InboundBody(budget);
        Accept(body, 0, 100).Should().BeTrue();

        body.Consume(100).Should().Be(200, "no second 100 are left to lease");
        budget.Leased.Should().Be(100);
    }

    [Test]
    public void An_exchange_in_need_begins_with_its_reserve_and_grows_once_there_is_budget()
    {
        var budget = new WindowBudget(Options with { Budget = 100 });
        var rich = new InboundBody(budget);
        using var poor = new InboundBody(budget);
        poor.Limit.Should().Be(20);
        Accept(poor, 0, 20).Should().BeTrue();
        poor.Consume(20).Should().Be(40);

        rich.Dispose();
        Accept(poor, 20, 20).Should().BeTrue();

        poor.Consume(20).Should().Be(80);
        budget.Leased.Should().Be(40);
    }

    [Test]
    public void Disposing_gives_back_the_lease_and_what_waits_unread_once()
    {
        var budget = new WindowBudget(Options);
        var body = new InboundBody(budget);
        Accept(body, 0, 30).Should().BeTrue();
        Accept(body, 30, 30).Should().BeTrue();

        body.Dispose();
        body.Dispose();

        budget.Leased.Should().Be(0);
        Accept(body, 60, 10).Should().BeTrue("a late piece is nobody's fault");
        body.Consume(10).Should().Be(0);
    }

    [Test]
    public void A_slice_that_is_being_read_outlives_the_body()
    {
        var body = new InboundBody(new WindowBudget(Options));
        Accept(body, 0, 3).Should().BeTrue();
        body.TryRead(out var slice).Should().BeTrue();

        body.Dispose();

        slice.Octets.ToArray().Should().Equal(0, 1, 2);
        slice.Release();
    }

    [Test]
    public async Task What_arrived_before_a_failure_is_read_and_then_the_reader_is_told()
    {
        using var body = new InboundBody(new WindowBudget(Options));
        Accept(body, 0, 10).Should().BeTrue();

        body.Fail(ExchangeFailure.BrokerGap);

        (await body.WaitAsync()).Should().BeTrue();
        body.TryRead(out var slice).Should().BeTrue();
        slice.Release();
        (await body.WaitAsync()).Should().BeFalse();
        body.Failure.Should().Be(ExchangeFailure.BrokerGap);
        body.IsComplete.Should().BeFalse();
        body.Consume(10).Should().Be(0, "nothing follows");
    }

    [Test]
    public async Task A_waiting_reader_is_told_of_a_piece_of_the_end_and_of_a_failure(CancellationToken cancellation)
    {
        using var body = new InboundBody(new WindowBudget(Options));
        var piece = body.WaitAsync().AsTask();
        piece.IsCompleted.Should().BeFalse();
        Accept(body, 0, 1).Should().BeTrue();
        (await piece.WaitAsync(cancellation)).Should().BeTrue();
        body.TryRead(out var slice).Should().BeTrue();
        slice.Release();

        var end = body.WaitAsync().AsTask();
        body.TryEnd(1, [1, 2]).Should().BeTrue();

        (await end.WaitAsync(cancellation)).Should().BeFalse();
        body.IsComplete.Should().BeTrue();
        body.Trailers!.Value.ToArray().Should().Equal(1, 2);
        using var failing = new InboundBody(new WindowBudget(Options));
        var failed = failing.WaitAsync().AsTask();
        failing.Fail(ExchangeFailure.ClientGone);
        (await failed.WaitAsync(cancellation)).Should().BeFalse();
    }

    [Test]
    public void An_end_that_is_not_where_the_octets_end_is_refused()
    {
        using var body = new InboundBody(new WindowBudget(Options));
        Accept(body, 0, 10).Should().BeTrue();

        body.TryEnd(11, []).Should().BeFalse();
        body.TryEnd(9, []).Should().BeFalse();
        body.IsComplete.Should().BeFalse();
        body.TryEnd(10, []).Should().BeTrue();
        body.Fail(ExchangeFailure.ClientGone);
        body.IsComplete.Should().BeTrue("what is whole stays whole");
    }

    private bool Accept(InboundBody body, long offset, int count)
    {
        var octets = Enumerable.Range((int)offset, count).Select(static i => (byte)i).ToArray();
        var buffer = Buffers.Of(octets);
        _buffers.Add(buffer);
        var taken = body.TryAccept(new DataPayload(offset, buffer.Array.AsMemory(0, count)), buffer);
        buffer.Release();
        return taken;
    }

    private static void ReadAll(InboundBody body, List<long> limits)
    {
        while (body.TryRead(out var slice))
        {
            slice.Release();
            if (body.Consume(slice.Octets.Length) is var limit and > 0)
            {
                limits.Add(limit);
            }
        }
    }
}
