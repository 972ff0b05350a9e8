using System.Net;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Publishing;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Publishing;

[TestFixture]
internal sealed class GatewayDoorTests
{
    [Test, CancelAfter(20_000)]
    public async Task Every_connection_goes_where_the_first_one_came_about(CancellationToken cancellationToken)
    {
        await using var gateway = await LoopbackApp.StartAsync(
            static context =>
            {
                context.Response.Headers.Connection = "close";
                return context.Response.WriteAsync("here");
            },
            cancellationToken);
        var app = CatalogueReader.Read(
            """{ "applications": [ { "displayName": "a", "onPremisesPublishing": { "externalUrl": "http://app.example.com/", "internalUrl": "http://a.corp/", "externalAuthenticationType": "passthru" } } ] }"""u8.ToArray(),
            [],
            CatalogueSnapshot.Empty,
            1).Snapshot!.Apps.Single();
        var closed = new IPEndPoint(IPAddress.Loopback, LoopbackPort.Take());
        var steps = new List<TestStep>();
        await using var door = new GatewayDoor(
            new PublishTestOptions { App = app, Url = new Uri("http://app.example.com/") }, [closed, new IPEndPoint(IPAddress.Loopback, new Uri(gateway.Url).Port)], new HopTimes(), TimeProvider.System);

        (await door.TryOpenAsync(steps, cancellationToken)).Should().BeTrue();
        using var client = door.CreateClient();

        for (var request = 0; request < 3; request++)
        {
            (await client.GetStringAsync("/", cancellationToken)).Should().Be("here");
        }

        steps.Should().BeEmpty();
    }
}
