using System.Text;
using AppProxy.Connector.Settings;
using AppProxy.Tests.Documentation;
using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace AppProxy.Tests.Connector.Settings;

[TestFixture]
internal sealed class ConnectorSettingsTests
{
    [Test]
    public void Every_setting_is_in_the_readme()
        => SettingNames.MissingFrom(ReadmeText.Read("Connector"), SettingNames.Of(new ConnectorOptions(), ConnectorOptions.Section, "id")).Should().BeEmpty();

    [Test]
    public void The_readme_s_example_is_right()
    {
        var configuration = new ConfigurationBuilder()
            .AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(ReadmeText.Block("Connector", "json"))))
            .AddInMemoryCollection([new("Connector:Broker:Key", "k")])
            .Build();

        var options = ConnectorOptionsReader.Read(configuration);

        options.Broker.Should().BeEquivalentTo(new BrokerOptions { Url = "wss://gateway.example.com", KeyName = "berlin", Key = "k" });
        options.Apps.Should().ContainKey("planner");
    }

    [Test]
    public void All_mistakes_are_told_at_once()
    {
        var read = () => Read(
            new("Connector:Slots", "many"),
            new("Connector:MaxStreams", "0"),
            new("Connector:StopTimeout", "-1"),
            new("Connector:Slotz", "1"),
            new("Connector:Broker:Kei", "secret"),
            new("Connector:Broker:Url", "http://gateway"),
            new("Connector:Apps:a:InternalUrl", "ftp://a"),
            new("Connector:Apps:a:HttpVersion", "3"),
            new("Connector:Apps:b:InternalUrl", "http://b/?x"),
            new("Connector:Apps:b:IsBackendCertificateValidationEnabled", "perhaps"));

        var mistakes = read.Should().Throw<OptionsValidationException>().Which.Failures.ToList();

        mistakes.Should().HaveCount(11).And.NotContain(mistake => mistake.Contains("secret"));
        foreach (var expected in (string[])[
            "Slots is 'many'", "MaxStreams is 0", "StopTimeout is -", "Slotz is no setting", "Kei is no setting", "Url is 'http://gateway'", "KeyName",
            "a:InternalUrl is 'ftp://a'", "a:HttpVersion is '3'", "b:InternalUrl is 'http://b/?x'", "Enabled is 'perhaps'"])
        {
            mistakes.Should().ContainSingle(mistake => mistake.Contains(expected));
        }
    }

    [TestCase(null, "*SealingKey is missing*enrol this connector*")]
    [TestCase("short", "*SealingKey is none*")]
    public void Nothing_crosses_a_namespace_unsealed(string? key, string told)
    {
        var read = () => Read(
            new("Connector:Broker:ConnectionString", "Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=connector;SharedAccessKey=secret"),
            new("Connector:Broker:SealingKey", key),
            new("Connector:Apps:a:InternalUrl", "http://a/"));

        read.Should().Throw<OptionsValidationException>().Which.Failures.Should().ContainSingle().Which.Should().Match(told);
    }

    private static void Read(params KeyValuePair<string, string?>[] settings)
        => ConnectorOptionsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
}
