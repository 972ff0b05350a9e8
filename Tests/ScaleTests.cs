using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests;

[TestFixture]
internal sealed class ScaleTests
{
    [TestCase(null, 300)]
    [TestCase("", 300)]
    [TestCase("full", 5_000)]
    [TestCase("1", 300)]
    [TestCase("0.5", 150)]
    [TestCase("40", 12_000)]
    [TestCase("0.000001", 1)]
    public void Sets_the_size(string? value, int size) => Scale.Parse(value).Of(usual: 300, full: 5_000).Should().Be(size);

    [TestCase("half")]
    [TestCase("FULL")]
    [TestCase("0")]
    [TestCase("-1")]
    [TestCase("0,5")]
    [TestCase("NaN")]
    public void What_has_no_meaning_is_told(string value)
    {
        var parsing = () => Scale.Parse(value);

        parsing.Should().Throw<FormatException>().WithMessage($"APPPROXY_SCALE is '{value}'*'full'*number*");
    }
}
