using AppProxy.Contracts.Frames;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Frames;

[TestFixture]
internal sealed class HopByHopTests
{
    [TestCase("close, X-Secret-Hop", true), TestCase("x-secret-hop", true), TestCase("a,\tX-Secret-Hop ,b", true), TestCase("X-Secret-Hops", false), TestCase("", false)]
    public void A_list_names_its_options(string list, bool expected) => HopByHop.Lists(list, "X-Secret-Hop").Should().Be(expected);
}
