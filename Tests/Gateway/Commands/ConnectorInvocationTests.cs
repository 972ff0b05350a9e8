using AppProxy.Gateway.Commands;
using AppProxy.Tests.Architecture;
using AppProxy.Tests.EndToEnd.Hosting;
using FluentAssertions;
using Microsoft.Extensions.Configuration;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Commands;

[TestFixture]
internal sealed class ConnectorInvocationTests
{
    [Test]
    public void A_gateway_of_the_repository_names_the_project_and_an_installed_one_the_program()
    {
        using var folder = new WorkingFolder();

        ConnectorInvocation.Enroll(Path.Combine(Repository.Root, "Gateway", "bin"), "https://gateway.example.com", "apx1_x")
            .Should().Be("dotnet run --project Connector -- enroll --gateway https://gateway.example.com --token apx1_x");
        ConnectorInvocation.Enroll(folder.Path, "https://gateway.example.com", "apx1_x").Should().Be("AppProxy.Connector enroll --gateway https://gateway.example.com --token apx1_x");
    }

    [TestCase("https://gateway.example.com:8443", null, "https://gateway.example.com:8443")]
    [TestCase("https://gateway.example.com/", "https://other.example.com", "https://gateway.example.com")]
    [TestCase(null, "https://gateway.example.com", "https://gateway.example.com")]
    [TestCase("http://localhost:8080", null, "http://localhost:8080")]
    public void The_address_is_what_is_given_or_what_is_known(string? given, string? known, string expected) => ConnectorInvocation.ReadGateway(given, known).Should().Be(expected);

    [TestCase(null, null, "--gateway is missing*")]
    [TestCase("gateway.example.com", null, "--gateway 'gateway.example.com' must be https*")]
    [TestCase("http://gateway.example.com", null, "*plain http*")]
    [TestCase("https://gateway.example.com/path", null, "*own host*")]
    [TestCase("https://<the gateway>", null, "*own host*")]
    [TestCase(null, "https://someone@gateway.example.com", "The gateway's address in the settings*")]
    public void What_no_connector_would_take_is_not_printed(string? given, string? known, string because)
        => FluentActions.Invoking(() => ConnectorInvocation.ReadGateway(given, known)).Should().Throw<CommandException>().WithMessage(because);

    [TestCase("""{ "SignIn": { "Origin": "https://gateway.example.com:8443" }, "OwnHosts": [ "other.example.com" ] }""", "", "https://gateway.example.com:8443")]
    [TestCase("""{ "OwnHosts": [ "gateway.example.com" ] }""", "", "https://gateway.example.com")]
    [TestCase("""{ "OwnHosts": [ "gateway.example.com" ] }""", "https://0.0.0.0:8443", "https://gateway.example.com:8443")]
    [TestCase("""{ "OwnHosts": [ "gateway.example.com" ] }""", "https://*:443", "https://gateway.example.com")]
    [TestCase("""{ "OwnHosts": [ "gateway.example.com" ] }""", "nonsense", "https://gateway.example.com")]
    [TestCase("{}", "https://*:8443", null)]
    public void Settings_tell_where_the_gateway_is(string settings, string urls, string? expected)
    {
        var configuration = new ConfigurationBuilder()
            .AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes($$"""{ "Gateway": {{settings}}, "Kestrel": { "Endpoints": { "One": { "Url": "{{urls}}" } } } }""")))
            .Build();

        new StoreChoice(AppProxy.Gateway.Storage.StoreConnection.Parse("none.db"), configuration).FindAddress().Should().Be(expected);
    }
}
