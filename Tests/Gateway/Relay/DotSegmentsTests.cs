using AppProxy.Gateway.Relay;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Relay;

[TestFixture]
internal sealed class DotSegmentsTests
{
    [TestCase("/../x")]
    [TestCase("/a/%2e%2e/%2E./x")]
    [TestCase("/a/%u002e%u002e/%u002E./x")]
    [TestCase("/%U002e%2e/x")]
    [TestCase("/a%u002f..%u002F../x")]
    [TestCase("/a%u005c..%u005C../x")]
    [TestCase("/..%u003ba/x")]
    [TestCase("/a/%u002e%u002e/x", false)]
    [TestCase("/%u/%u00/%uzzzz/100%", false)]
    [TestCase("/%u4F60/%E9/x", false)]
    public void However_an_app_reads_them_dots_lead_out(string path, bool isLeft = true)
        => DotSegments.Leave(path).Should().Be(isLeft);

    [TestCase("/a/%u002e")]
    [TestCase("/a/%u002e%u002e/x")]
    [TestCase("/a%u002f./x")]
    [TestCase("/%u/u002e/%u002/x", false)]
    [TestCase("/a%u002eb/%u002e%u002e%u002e", false)]
    public void They_are_found_however_they_are_written(string path, bool isFound = true)
        => DotSegments.Contains(path).Should().Be(isFound);
}
