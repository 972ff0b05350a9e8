using AppProxy.Contracts.Exchanges;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Exchanges;

[TestFixture]
public sealed class WindowBudgetTests
{
    private static readonly WindowOptions Options = new() { Initial = 100, Reserve = 10, Maximum = 400, Budget = 250 };

    [Test]
    public void An_exchange_gets_the_initial_window_while_there_is_plenty_and_its_reserve_when_there_is_not()
    {
        var budget = new WindowBudget(Options);

        budget.LeaseInitial().Should().Be(100);
        budget.LeaseInitial().Should().Be(100);
        budget.LeaseInitial().Should().Be(10, "250 don't hold a third one");
        budget.Leased.Should().Be(210);
    }

    [Test]
    public void A_reserve_is_given_even_beyond_the_budget()
    {
        var budget = new WindowBudget(Options);
        budget.TryLease(250).Should().BeTrue();

        budget.LeaseInitial().Should().Be(10);
        budget.Leased.Should().Be(260);
    }

    [Test]
    public void A_lease_is_whole_or_nothing()
    {
        var budget = new WindowBudget(Options);

        budget.TryLease(251).Should().BeFalse();
        budget.Leased.Should().Be(0);
        budget.TryLease(250).Should().BeTrue();
        budget.TryLease(1).Should().BeFalse();
        budget.Return(250);
        budget.Leased.Should().Be(0);
    }

    [Test]
    public void Leases_from_many_threads_never_exceed_the_budget_and_all_come_back()
    {
        var budget = new WindowBudget(Options);
        var exceeded = 0;

        Parallel.For(0, 20_000, _ =>
        {
            if (budget.TryLease(100))
            {
                // What is under way and will be undone may be counted for a moment: two threads can each hold one such lease.
                Interlocked.Add(ref exceeded, budget.Leased > Options.Budget + (100 * Environment.ProcessorCount * 4) ? 1 : 0);
                budget.Return(100);
            }
        });

        exceeded.Should().Be(0);
        budget.Leased.Should().Be(0);
    }
}
