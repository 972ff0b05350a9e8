using System.CommandLine;
using System.Net;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.ServiceBus;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Connectors.Checking;
using AppProxy.Gateway.Connectors.Sealing;
using AppProxy.Gateway.Hosting;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Commands;

/// <summary>The verb about the broker: whether gateway and connectors can use it, and nobody more than they need.</summary>
internal static class BrokerCommands
{
    public static Command Create() => new("broker", "The broker between gateway and connectors.") { CreateCheck() };

    private static Command CreateCheck()
    {
        var groups = new Option<string[]>("--group")
        {
            Description = "A connector group to check; several are allowed. Without it, those of Gateway:ServiceBusRules and of the published apps.",
            HelpName = "GROUP",
            AllowMultipleArgumentsPerToken = true,
        };
        var gateway = new Option<string?>("--gateway") { Description = "With the embedded broker: where connectors reach the gateway.", HelpName = "URL" };
        var timeout = new Option<double>("--timeout") { Description = "Seconds to wait for each of the broker's answers.", DefaultValueFactory = static _ => 10 };
        var json = new Option<bool>("--json") { Description = "Writes the report as JSON." };
        var store = StoreOption.Create();
        var check = new Command("check", "Connects to the broker with the gateway's settings, and says how each thing is. Exit code 1: something failed.") { groups, gateway, timeout, json, store };
        check.SetAction(async (parsed, cancellationToken) =>
        {
            var configuration = StoreChoice.Read(parsed.GetValue(store)).Configuration;
            if (parsed.GetValue(store) is { } given)
            {
                configuration["Gateway:Store"] = given;
            }

            var (options, catalogue, keeper) = GatewayOptionsReader.Read(configuration, null);
            var patience = parsed.GetValue(timeout) is > 0 and <= 600 and var seconds ? TimeSpan.FromSeconds(seconds) : throw new CommandException("--timeout must be a number of seconds from 0.1 to 600");
            BrokerReport report;
            if (options.ServiceBus is { } serviceBus)
            {
                if (parsed.GetValue(gateway) is not null)
                {
                    throw new CommandException("--gateway is for the embedded broker, and Gateway:ServiceBus names a namespace: leave it out");
                }

                var names = parsed.GetValue(groups) is { Length: > 0 } named ? named : await ReadGroupsAsync(options, catalogue, parsed.GetValue(store), cancellationToken);
                report = await CreateCheck(ServiceBusConnectionString.Parse(serviceBus), options, keeper, names, patience).RunAsync(cancellationToken);
            }
            else
            {
                report = await new EmbeddedCheck(new EmbeddedCheckOptions
                {
                    Transport = FindBroker(parsed.GetValue(gateway), options.Broker.Listen, patience),
                    Keys = [.. options.Broker.ConnectorKeys.Select(static key => QueueKey.Of(key.Key, key.Value.Group, key.Value.Key))],
                    Time = TimeProvider.System,
                }).RunAsync(cancellationToken);
            }

            if (parsed.GetValue(json))
            {
                parsed.InvocationConfiguration.Output.WriteLine(report.ToJson());
            }
            else
            {
                report.Write(parsed.InvocationConfiguration.Output);
            }

            return report.IsWell ? 0 : 1;
        });
        return check;
    }

    private static NamespaceCheck CreateCheck(ServiceBusConnectionString connection, GatewayOptions options, StoreConnection? store, IReadOnlyList<string> groups, TimeSpan patience) => new(new NamespaceCheckOptions
    {
        Connection = connection,
        Transport = connection.ToTransportOptions(TimeProvider.System) with { OperationTimeout = patience },
        Rules = options.ServiceBusRules,
        Groups = groups,
        StoredKeys = store is null ? null : async token => store.IsMissing ? [] : await new StoreGroupKeyVault(store).ReadAsync(token),
        Identity = connection.UsesWorkloadIdentity ? null : WorkloadIdentityTokenProvider.Create,
    });

    private static async Task<IReadOnlyList<string>> ReadGroupsAsync(GatewayOptions options, CatalogueOptions catalogue, string? store, CancellationToken cancellationToken)
    {
        var published = catalogue.Store is { IsMissing: true } || (catalogue.Store is null && !File.Exists(catalogue.Path))
            ? CatalogueSnapshot.Empty
            : await AccessCommands.ReadAsync(catalogue.Store is null ? catalogue.Path : null, store, cancellationToken);
        List<string> groups = [.. options.ServiceBusRules.Keys.Concat(published.Apps.Select(static app => app.ConnectorGroup)).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)];
        return groups.Count > 0 ? groups : throw new CommandException("No app is published and Gateway:ServiceBusRules is empty, so there is no group to check: name one with --group");
    }

    /// <summary>Where connectors dial in: the gateway's own port, or the broker's.</summary>
    private static AmqpTransportOptions? FindBroker(string? gateway, string? listen, TimeSpan patience)
    {
        if (gateway is not null)
        {
            return Uri.TryCreate(gateway, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
                ? new AmqpTransportOptions { Endpoint = new UriBuilder(url.Scheme == Uri.UriSchemeHttps ? "wss" : "ws", url.Host, url.Port).Uri, OperationTimeout = patience }
                : throw new CommandException($"--gateway '{gateway}' is no URL: give one such as https://gateway.example.com");
        }

        if (listen is null)
        {
            return null;
        }

        var endpoint = new Uri(listen);
        if (IPAddress.TryParse(endpoint.DnsSafeHost, out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
        {
            endpoint = new UriBuilder(endpoint) { Host = IPAddress.Loopback.ToString() }.Uri;
        }

        return new AmqpTransportOptions
        {
            Endpoint = endpoint,
            OperationTimeout = patience,

            // Its certificate is for the name that connectors know, which is not this address.
            ConfigureTls = static tls => tls.RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
        };
    }
}
