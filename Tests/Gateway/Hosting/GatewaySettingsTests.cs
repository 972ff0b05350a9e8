using System.Text;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Hosting;
using AppProxy.Tests.Documentation;
using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Hosting;

[TestFixture]
internal sealed class GatewaySettingsTests
{
    private const string Key = "0123456789abcdef0123456789abcdef";
    private const string Namespace = "Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=gateway;SharedAccessKey=secret";

    [Test]
    public void Every_setting_is_in_the_readme()
        => SettingNames.MissingFrom(ReadmeText.Read("Gateway"), SettingNames.Of(new GatewayOptions(), GatewayOptions.Section, "name")).Should().BeEmpty();

    [Test]
    public void The_readme_s_example_is_right()
    {
        var configuration = new ConfigurationBuilder()
            .AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(ReadmeText.Block("Gateway", "json"))))
            .AddInMemoryCollection([new("Gateway:Broker:ConnectorKeys:berlin:Key", Key)])
            .Build();
        var apps = new CatalogueOptions { Json = ReadmeText.Block("Gateway/Catalogue", "json") };

        var (options, _, _) = GatewayOptionsReader.Read(configuration, apps);

        options.Broker.Listen.Should().StartWith("amqps://");
        options.Broker.ConnectorKeys["berlin"].Should().BeEquivalentTo(new ConnectorKeyOptions { Group = "default", Key = Key });
        apps.OwnHosts.Should().Equal("gateway.example.com");
    }

    [TestCase("")]
    [TestCase("Gateway/Catalogue")]
    public void The_apps_of_a_readme_are_served(string folder)
    {
        using var store = new CatalogueStore(
            new CatalogueOptions { Json = ReadmeText.Block(folder, "json") }, TimeProvider.System, new Catalogue.RecordingLogger<CatalogueStore>());

        store.Load();

        store.Current.Apps.Should().ContainSingle(app => app.DisplayName == "Holiday planner");
    }

    [Test]
    public void All_mistakes_are_told_at_once()
    {
        var read = () => Read(
            new("urls", "nonsense"),
            new("Gateway:Appz", "x.json"),
            new("Gateway:Broker:Listen", "amqp://0.0.0.0:5672"),
            new("Gateway:Broker:ConnectorKeys:a:Key", "secret-but-short"),
            new("Gateway:Broker:ConnectorKeys:a:Grup", "secret-misplaced"));

        var mistakes = read.Should().Throw<OptionsValidationException>().Which.Failures.ToList();

        mistakes.Should().HaveCount(6).And.NotContain(mistake => mistake.Contains("secret"));
        foreach (var expected in (string[])["'nonsense'", "Gateway:Appz", "Gateway:Broker:Listen", "a:Key has 16", "a:Grup", "does not exist"])
        {
            mistakes.Should().ContainSingle(mistake => mistake.Contains(expected));
        }
    }

    [TestCase("urls", "http://0.0.0.0:80", "--urls=http://0.0.0.0:80 would let*")]
    [TestCase("urls", "https://0.0.0.0:443;http://*:80", "--urls=http://*:80 would let*")]
    [TestCase("http_ports", "8080", "ASPNETCORE_HTTP_PORTS=8080 would let*")]
    [TestCase("Kestrel:Endpoints:Front:Url", "http://gateway.example.com:80", "Kestrel:Endpoints:Front:Url=http://gateway.example.com:80 would let*")]
    public void Plain_http_is_for_this_machine_unless_asked_for(string setting, string value, string told)
    {
        IEnumerable<string> Tell(params KeyValuePair<string, string?>[] more)
        {
            try
            {
                GatewayOptionsReader.Read(
                    new ConfigurationBuilder().AddInMemoryCollection([new(setting, value), new("Gateway:Broker:ConnectorKeys:a:Key", Key), .. more]).Build(), null);
                return [];
            }
            catch (OptionsValidationException mistakes)
            {
                return mistakes.Failures;
            }
        }

        Tell().Should().ContainMatch(told);
        Tell(new KeyValuePair<string, string?>("Gateway:IsPlainHttpAllowed", "true")).Should().NotContainMatch("*would let*");
        Tell(new KeyValuePair<string, string?>("Gateway:HttpsRedirectPort", "443")).Should().NotContainMatch("*would let*");
    }

    [TestCase("urls", "http://localhost:5000;http://127.0.0.1:5001;http://[::1]:5002;https://0.0.0.0:443")]
    [TestCase("Kestrel:Endpoints:Front:Url", "https://*:443")]
    public void Https_and_loopback_need_not_be_asked_for(string setting, string value)
        => PlainHttp.FindIn(new ConfigurationBuilder().AddInMemoryCollection([new(setting, value)]).Build()).Should().BeEmpty();

    [Test]
    public void Nothing_crosses_a_namespace_unsealed()
    {
        var read = () => Read(new KeyValuePair<string, string?>("Gateway:ServiceBus", Namespace));
        read.Should().Throw<OptionsValidationException>().Which.Failures.Should().ContainMatch("*Gateway:ServiceBus is given without a key to seal*Gateway:Store*Connector:Broker:SealingKey*");

        read = () => Read(
            new("Gateway:ServiceBus", Namespace), new("Gateway:ServiceBusRules:eu:SealingKey", "short"), new("Gateway:ServiceBusRules:us:OtherSealingKey", Convert.ToBase64String(new byte[32])));
        read.Should().Throw<OptionsValidationException>().Which.Failures.Should().ContainMatch("Gateway:ServiceBusRules:eu:SealingKey is none*")
            .And.ContainMatch("Gateway:ServiceBusRules:us:OtherSealingKey is given without SealingKey*");
    }

    [Test]
    public void Proxies_and_limits_that_cannot_be_are_mistakes()
    {
        var read = () => Read(
            new("Gateway:Broker:ConnectorKeys:a:Key", Key),
            new("Gateway:MaxRequestHeaderBytes", "2000000"),
            new("Gateway:TrustedProxies:0", "10.0.0.0/33"),
            new("Gateway:TrustedProxies:1", "proxy.example"),
            new("Gateway:ProxyProtocol:0", "Https"));

        var mistakes = read.Should().Throw<OptionsValidationException>().Which.Failures.ToList();

        foreach (var expected in (string[])["MaxRequestHeaderBytes is 2000000", "'10.0.0.0/33'", "'proxy.example'", "'Https', which is no endpoint"])
        {
            mistakes.Should().ContainSingle(mistake => mistake.Contains(expected));
        }
    }

    [Test]
    public void The_proxy_protocol_is_for_named_proxies_only()
    {
        var read = () => Read(
            new("Gateway:Broker:ConnectorKeys:a:Key", Key), new("Gateway:ProxyProtocol:0", "Https"), new("Kestrel:Endpoints:Https:Url", "https://0.0.0.0:443"));

        read.Should().Throw<OptionsValidationException>().Which.Failures.Should().ContainSingle(mistake => mistake.Contains("without Gateway:TrustedProxies"));
    }

    private static void Read(params KeyValuePair<string, string?>[] settings)
        => GatewayOptionsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), new CatalogueOptions { Path = "/nowhere/apps.json" });
}
