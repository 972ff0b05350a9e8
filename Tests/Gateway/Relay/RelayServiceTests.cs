using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Hosting;
using AppProxy.Gateway.Relay;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Relay;

[TestFixture]
internal sealed class RelayServiceTests
{
    [Test, CancelAfter(30_000)]
    public async Task Groups_are_known_before_the_server_takes_requests(CancellationToken cancellation)
    {
        await using var gateway = GatewayHost.Build([], static builder =>
        {
            builder.IgnoreSettingsFiles();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Configuration.AddInMemoryCollection([new("Gateway:Broker:Listen", "amqp://127.0.0.1:0")]);
            builder.Services.AddSingleton(new CatalogueOptions
            {
                Json = """
                    { "connectorGroups": [ { "name": "eu" } ], "applications": [ { "id": "a", "displayName": "A", "connectorGroup": "eu",
                      "onPremisesPublishing": { "externalUrl": "http://a.localhost/", "internalUrl": "http://a.corp/", "externalAuthenticationType": "passthru" } } ] }
                    """,
            });
        });
        var relay = gateway.Services.GetServices<IHostedService>().OfType<RelayService>().Single();
        var groups = gateway.Services.GetRequiredService<GroupRelays>();
        gateway.Services.GetRequiredService<CatalogueStore>().Load();

        var starting = relay.StartAsync(cancellation);

        // Nothing was waited for: no thread of the pool had to be free for it.
        groups.TryGet("EU", out _).Should().BeTrue();
        await starting;
        await relay.StopAsync(cancellation);
    }
}
