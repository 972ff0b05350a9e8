using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Commands;
using AppProxy.Gateway.Connectors.Roster;
using FluentAssertions;
using Microsoft.Extensions.Configuration;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Commands;

[TestFixture]
internal sealed class ConnectorCommandsTests
{
    private static readonly ConnectorRecord[] Connectors = [Connector("1", "Berlin"), Connector("2", "berlin"), Connector("3", "paris"), Connector("4", "paris~4")];

    [TestCase("PARIS", "3")]
    [TestCase("2", "2")]
    [TestCase("paris~4", "4")]
    public void A_connector_is_named_by_name_or_id(string wanted, string id) => ConnectorCommands.Find(Connectors, wanted).Id.Should().Be(id);

    [Test]
    public void A_name_of_two_connectors_is_refused() =>
        FluentActions.Invoking(() => ConnectorCommands.Find(Connectors, "berlin")).Should().Throw<CommandException>().WithMessage("*give the id*Berlin: 1, berlin: 2*");

    [Test]
    public void A_name_of_none_is_refused() =>
        FluentActions.Invoking(() => ConnectorCommands.Find(Connectors, "rome")).Should().Throw<CommandException>().WithMessage("No connector is called 'rome'*");

    [TestCase("Endpoint=sb://ns.servicebus.windows.net/;Authentication=ManagedIdentity", null, true)]
    [TestCase("Endpoint=sb://ns.servicebus.windows.net/;Authentication=ManagedIdentity", "key", false)]
    [TestCase("Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=gateway;SharedAccessKey=key", null, false)]
    [TestCase("nonsense", null, false)]
    [TestCase(null, null, false)]
    public void Connectors_sign_in_themselves_where_the_gateway_gives_them_no_tokens(string? serviceBus, string? key, bool expected)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Gateway:ServiceBus"] = serviceBus, ["Gateway:ServiceBusRules:default:RequestsKey"] = key })
            .Build();

        ConnectorCommands.SignsInItself(configuration, "default").Should().Be(expected);
    }

    private static ConnectorRecord Connector(string id, string name) => new()
    {
        Id = id,
        Name = name,
        Group = "default",
        Key = new PublicPoint("", ""),
        EnrolledWith = "",
        EnrolledAt = default,
    };
}
