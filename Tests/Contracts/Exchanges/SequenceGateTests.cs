using AppProxy.Contracts.Exchanges;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Exchanges;

[TestFixture]
public sealed class SequenceGateTests
{
    [Test]
    public void Each_number_passes_once_and_in_order()
    {
        var gate = new SequenceGate(1);

        gate.Pass(1).Should().Be(Passage.InOrder);
        gate.Pass(1).Should().Be(Passage.Duplicate);
        gate.Pass(0).Should().Be(Passage.Duplicate);
        gate.Pass(3).Should().Be(Passage.Gap);
        gate.Pass(2).Should().Be(Passage.InOrder, "a gap moves nothing");
        gate.Next.Should().Be(3);
    }

    [Test]
    public void Numbers_wrap_around()
    {
        var gate = new SequenceGate(uint.MaxValue);

        gate.Pass(0).Should().Be(Passage.Gap);
        gate.Pass(uint.MaxValue).Should().Be(Passage.InOrder);
        gate.Pass(uint.MaxValue).Should().Be(Passage.Duplicate);
        gate.Pass(0).Should().Be(Passage.InOrder);
        gate.Pass(uint.MaxValue).Should().Be(Passage.Duplicate);
        gate.Pass(2).Should().Be(Passage.Gap);
        gate.Next.Should().Be(1);
    }
}
