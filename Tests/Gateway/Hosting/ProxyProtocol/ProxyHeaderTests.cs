using System.Net;
using System.Text;
using AppProxy.Gateway.Hosting.ProxyProtocol;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Hosting.ProxyProtocol;

[TestFixture]
internal sealed class ProxyHeaderTests
{
    private static readonly byte[] Signature = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    [TestCase("PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n", "192.0.2.1:56324")]
    [TestCase("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255:65535")]
    [TestCase("PROXY TCP6 2001:db8::1 2001:db8::2 1 0\r\n", "[2001:db8::1]:1")]
    [TestCase("PROXY TCP6 ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", null)]
    [TestCase("PROXY UNKNOWN\r\n", "")]
    [TestCase("PROXY UNKNOWN ffff::1 what ever\r\n", "")]
    [TestCase("PROXY TCP4 192.0.2.1 192.0.2.2 56324\r\n", null)]
    [TestCase("PROXY TCP4 192.0.2.1 192.0.2.2 56324 443 1\r\n", null)]
    [TestCase("PROXY TCP4  192.0.2.1 192.0.2.2 56324 443\r\n", null)]
    [TestCase("PROXY TCP4 1 192.0.2.2 56324 443\r\n", null)]
    [TestCase("PROXY TCP4 0x7f.0.0.1 192.0.2.2 56324 443\r\n", null)]
    [TestCase("PROXY TCP4 192.000.2.1 192.0.2.2 56324 443\r\n", null)]
    [TestCase("PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n", null)]
    [TestCase("PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n", null)]
    [TestCase("PROXY TCP6 fe80::1%1 2001:db8::2 1 2\r\n", null)]
    [TestCase("PROXY TCP6 [2001:db8::1] 2001:db8::2 1 2\r\n", null)]
    [TestCase("PROXY TCP4 192.0.2.1 192.0.2.2 65536 443\r\n", null)]
    [TestCase("PROXY TCP4 192.0.2.1 192.0.2.2 -1 443\r\n", null)]
    [TestCase("PROXY TCP4 192.0.2.1 192.0.2.2 01 443\r\n", null)]
    [TestCase("PROXY TCP4 192.0.2.1 192.0.2.2 1 443\n\r\n", null)]
    [TestCase("PROXY tcp4 192.0.2.1 192.0.2.2 1 443\r\n", null)]
    [TestCase("PROXY \r\n", null)]
    [TestCase("proxy TCP4 192.0.2.1 192.0.2.2 1 443\r\n", null)]
    [TestCase("GET / HTTP/1.1\r\n", null)]
    public void A_line_of_version_1_is_read_whole_or_refused(string line, string? expected)
    {
        var state = ProxyHeader.Read(Encoding.Latin1.GetBytes(line + "GET / HTTP/1.1\r\n"), out var client, out var length);

        state.Should().Be(expected is null ? ProxyHeaderState.Invalid : ProxyHeaderState.Complete);
        if (expected is not null)
        {
            length.Should().Be(line.Length);
            (client?.ToString() ?? "").Should().Be(expected);
        }
    }

    [Test]
    public void A_line_of_version_1_ends_within_107_octets()
    {
        State("PROXY UNKNOWN " + new string('x', 91) + "\r\n").Should().Be(ProxyHeaderState.Complete);
        State("PROXY UNKNOWN " + new string('x', 92) + "\r\n").Should().Be(ProxyHeaderState.Invalid);
        State("PROXY UNKNOWN " + new string('x', 200)).Should().Be(ProxyHeaderState.Invalid);

        static ProxyHeaderState State(string line) => ProxyHeader.Read(Encoding.Latin1.GetBytes(line), out _, out _);
    }

    [Test]
    public void Any_beginning_of_a_header_waits_for_more()
    {
        foreach (var header in new[]
        {
            Encoding.Latin1.GetBytes("PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n"), Binary(0x21, 0x11, [192, 0, 2, 1, 192, 0, 2, 2, 0xDC, 0x04, 1, 187]),
        })
        {
            for (var length = 0; length < header.Length; length++)
            {
                ProxyHeader.Read(header.AsSpan(0, length), out _, out _).Should().Be(ProxyHeaderState.Incomplete, "{0} octets are there", length);
            }

            ProxyHeader.Read(header, out var client, out _).Should().Be(ProxyHeaderState.Complete);
            client.Should().Be(IPEndPoint.Parse("192.0.2.1:56324"));
        }
    }

    [Test]
    public void Version_2_says_addresses_of_both_families_and_may_say_more()
    {
        byte[] six = [.. IPAddress.Parse("2001:db8::1").GetAddressBytes(), .. IPAddress.Parse("2001:db8::2").GetAddressBytes(), 0, 80, 1, 187];
        byte[] options = [4, 0, 1, 0];

        Read(Binary(0x21, 0x21, [.. six, .. options]), out var client).Should().Be(ProxyHeaderState.Complete);

        client.Should().Be(IPEndPoint.Parse("[2001:db8::1]:80"));
    }

    [TestCase(0x20, 0x00), TestCase(0x20, 0x11), TestCase(0x21, 0x00), TestCase(0x21, 0x31), TestCase(0x21, 0x12)]
    public void Version_2_without_a_client_keeps_the_proxys_address(int command, int family)
    {
        Read(Binary((byte)command, (byte)family, new byte[216]), out var client).Should().Be(ProxyHeaderState.Complete);

        client.Should().BeNull();
    }

    [TestCase(0x11, 0x11, 12, TestName = "version 1 in version 2's form")]
    [TestCase(0x31, 0x11, 12, TestName = "version 3")]
    [TestCase(0x22, 0x11, 12, TestName = "unknown command")]
    [TestCase(0x21, 0x11, 11, TestName = "too short for its addresses")]
    [TestCase(0x21, 0x21, 35, TestName = "too short for IPv6")]
    [TestCase(0x21, 0x11, 65535, TestName = "too long")]
    public void Version_2_that_is_malformed_is_refused(int command, int family, int length) =>
        Read(Binary((byte)command, (byte)family, new byte[length]), out _).Should().Be(ProxyHeaderState.Invalid);

    private static byte[] Binary(byte command, byte family, byte[] rest) => [.. Signature, command, family, (byte)(rest.Length >> 8), (byte)rest.Length, .. rest];

    private static ProxyHeaderState Read(byte[] header, out IPEndPoint? client)
    {
        var state = ProxyHeader.Read(header, out client, out var length);
        if (state == ProxyHeaderState.Complete)
        {
            length.Should().Be(header.Length);
        }

        return state;
    }
}
