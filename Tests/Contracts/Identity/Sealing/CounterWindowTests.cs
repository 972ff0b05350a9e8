using AppProxy.Contracts.Identity.Sealing;
using CsCheck;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Identity.Sealing;

[TestFixture]
public sealed class CounterWindowTests
{
    private const int Size = 128;

    [Test]
    public void It_remembers_as_a_list_of_all_would_but_for_what_is_too_low()
        => Gen.ULong[0, 1000].Array[0, 300].Sample(counters =>
        {
            var window = new CounterWindow(Size);
            var seen = new HashSet<ulong>();
            foreach (var counter in counters)
            {
                var highest = seen.Count == 0 ? 0 : seen.Max();
                var isTooLow = seen.Count > 0 && highest > counter && highest - counter >= Size;
                window.IsNew(counter).Should().Be(!isTooLow && !seen.Contains(counter));
                window.Add(counter);
                seen.Add(counter);
            }
        });

    [Test]
    public void A_long_leap_forgets_everything_before()
    {
        var window = new CounterWindow(Size);
        window.Add(3);
        window.Add(ulong.MaxValue - 1);

        window.IsNew(3).Should().BeFalse("it is too low to tell");
        window.IsNew(ulong.MaxValue - 1).Should().BeFalse();
        window.IsNew(ulong.MaxValue - 2).Should().BeTrue();
        window.IsNew(ulong.MaxValue).Should().BeTrue();
    }
}
