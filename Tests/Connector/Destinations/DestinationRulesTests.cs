using System.Net;
using AppProxy.Connector.Destinations;
using AppProxy.Connector.Settings;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Connector.Destinations;

[TestFixture]
internal sealed class DestinationRulesTests
{
    [TestCase("169.254.169.254"), TestCase("169.254.0.1"), TestCase("::ffff:169.254.169.254"), TestCase("::ffff:a9fe:a9fe"), TestCase("64:ff9b::169.254.169.254"),
     TestCase("2002:a9fe:a9fe::1"), TestCase("::169.254.169.254"), TestCase("fe80::1"), TestCase("fe80::1%1"), TestCase("febf::1"), TestCase("fd00:ec2::254"),
     TestCase("fd20:ce::254"), TestCase("168.63.129.16"), TestCase("100.100.100.200"), TestCase("192.0.0.192"), TestCase("0.0.0.0"), TestCase("0.1.2.3"), TestCase("::"),
     TestCase("::ffff:0.0.0.0"), TestCase("224.0.0.1"), TestCase("255.255.255.255"), TestCase("ff02::1")]
    public void No_app_is_at_such_an_address_whatever_the_lists_say(string address)
    {
        var generous = Rules(networks: ["0.0.0.0/0", "::/0"]);

        generous.Refuse(IPAddress.Parse(address)).Should().Contain("is no address of an app");
        DestinationRules.None.Refuse(IPAddress.Parse(address)).Should().Contain("is no address of an app");
    }

    [TestCase("10.1.2.3", null), TestCase("::ffff:10.1.2.3", null), TestCase("fd00:1234::7", null), TestCase("192.0.2.7", null)]
    [TestCase("10.2.0.1", "10.2.0.1 is not in Connector:AllowedNetworks"), TestCase("192.0.2.8", "AllowedNetworks"), TestCase("127.0.0.1", "AllowedNetworks"), TestCase("fd00:1235::7", "AllowedNetworks")]
    public void Networks_are_asked_for_the_address(string address, string? because)
        => Says(Rules(networks: ["10.1.7.7/16", "fd00:1234::/32", "192.0.2.7"]).Refuse(IPAddress.Parse(address)), because);

    [TestCase("hr.corp.example", 443, null), TestCase("HR.corp.example.", 443, null), TestCase("a.b.apps.example", 8080, null), TestCase("bücher.example", 443, "AllowedHosts"),
     TestCase("xn--bcher-kva.test", 443, null)]
    [TestCase("apps.example", 443, "'apps.example' is not in Connector:AllowedHosts"), TestCase("evilapps.example", 443, "AllowedHosts"), TestCase("10.0.0.1", 443, "AllowedHosts")]
    [TestCase("hr.corp.example", 80, "port 80 is not in Connector:AllowedPorts"), TestCase("hr.corp.example", 8090, "AllowedPorts")]
    public void Names_and_ports_are_asked_before_anything_is_looked_up(string host, int port, string? because)
        => Says(Rules(hosts: ["hr.corp.example", "*.apps.example", "BÜCHER.test"], ports: ["443", "8080-8089"]).Refuse(host, port), because);

    [TestCase("127.0.0.1"), TestCase("::1"), TestCase("127.8.9.10"), TestCase("::ffff:127.0.0.1")]
    public void An_app_of_the_gateway_s_is_on_this_machine_only_where_that_is_allowed(string address)
    {
        var there = IPAddress.Parse(address);

        Rules(isOwn: false).Refuse(there).Should().Contain("is this machine");
        Rules(isOwn: false).Refuse(IPAddress.Parse("10.0.0.1")).Should().BeNull();
        Rules(isOwn: false, networks: ["127.0.0.0/8", "::1"]).Refuse(there).Should().BeNull();
        Rules(isOwn: true).Refuse(there).Should().BeNull();
    }

    [Test]
    public void Every_mistake_is_named()
    {
        var mistakes = new List<string>();

        DestinationRules.Check(
            Options(hosts: ["http://a", "*", "*.10.0.0.1", "a.*.b", "ok.example"], networks: ["10.0.0.0/33", "ten", "10.0.0.0/8"], ports: ["0", "80-79", "http", "70000", "1-2-3", "80"]), mistakes);

        mistakes.Should().HaveCount(11).And.OnlyContain(static mistake => mistake.Contains(": give "));
    }

    private static DestinationRules Rules(string[]? hosts = null, string[]? networks = null, string[]? ports = null, bool isOwn = true)
        => DestinationRules.Of(Options(hosts, networks, ports), isOwn);

    private static ConnectorOptions Options(string[]? hosts = null, string[]? networks = null, string[]? ports = null)
    {
        var options = new ConnectorOptions();
        options.AllowedHosts.AddRange(hosts ?? []);
        options.AllowedNetworks.AddRange(networks ?? []);
        options.AllowedPorts.AddRange(ports ?? []);
        return options;
    }

    private static void Says(string? refusal, string? because)
    {
        if (because is null)
        {
            refusal.Should().BeNull();
        }
        else
        {
            refusal.Should().Contain(because);
        }
    }
}
