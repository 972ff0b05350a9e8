using System.Net;
using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Contracts.Transport.ServiceBus;
using AppProxy.Gateway.Relay.Origin;
using Microsoft.Extensions.Options;

namespace AppProxy.Gateway.Hosting;

/// <summary>Checks the whole configuration and names every mistake at once.</summary>
internal sealed class GatewayOptionsValidator : IValidateOptions<GatewayOptions>
{
    private const int LeastKeyLength = 32;

    /// <summary>Below this, browsers with a few cookies are refused; above, one client holds much memory.</summary>
    private const int LeastHeaderBytes = 4 * 1024;
    private const int MostHeaderBytes = 1024 * 1024;

    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var mistakes = Check(options);
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static List<string> Check(GatewayOptions options)
    {
        var mistakes = new List<string>();
        if (string.IsNullOrWhiteSpace(options.Apps))
        {
            mistakes.Add("Gateway:Apps is empty: give the path of the file with the published apps.");
        }

        if (options.MaxRequestHeaderBytes is < LeastHeaderBytes or > MostHeaderBytes)
        {
            mistakes.Add($"Gateway:MaxRequestHeaderBytes is {options.MaxRequestHeaderBytes}: give {LeastHeaderBytes} to {MostHeaderBytes}.");
        }

        options.Certificates.Check("Gateway:Certificates", mistakes);
        if (options.HttpsRedirectPort is < 1 or > ushort.MaxValue)
        {
            mistakes.Add($"Gateway:HttpsRedirectPort is {options.HttpsRedirectPort}: give the port of https that clients use, mostly 443.");
        }

        foreach (var proxy in options.TrustedProxies.Where(static proxy => !TrustedProxies.TryParse(proxy, out _)))
        {
            mistakes.Add($"Gateway:TrustedProxies names '{proxy}': give an address or a network, such as 192.0.2.7 or 10.0.0.0/8.");
        }

        if (options.ProxyProtocol.Count > 0 && options.TrustedProxies.Count == 0)
        {
            mistakes.Add("Gateway:ProxyProtocol is given without Gateway:TrustedProxies: nobody would be allowed to speak it. Name the proxies.");
        }

        if (options.ServiceBus is { } serviceBus)
        {
            if (!ServiceBusConnectionString.TryParse(serviceBus, out _, out var faults))
            {
                mistakes.AddRange(faults.Select(static fault => $"Gateway:ServiceBus: {fault}"));
            }

            if (options.Broker.Listen is not null || options.Broker.ConnectorKeys.Count > 0)
            {
                mistakes.Add("Gateway:ServiceBus and Gateway:Broker are both given: the embedded broker is not used beside a namespace. Leave one of them out.");
            }

            foreach (var (group, rule) in options.ServiceBusRules)
            {
                foreach (var (name, key) in (ReadOnlySpan<(string, string?)>)[("SealingKey", rule.SealingKey), ("OtherSealingKey", rule.OtherSealingKey)])
                {
                    if (key is not null && !GroupSecret.TryParse(key, out _))
                    {
                        mistakes.Add($"Gateway:ServiceBusRules:{group}:{name} is none: draw one with openssl rand -base64 32, and give connectors the same.");
                    }
                }

                if (rule.OtherSealingKey is not null && rule.SealingKey is null)
                {
                    mistakes.Add($"Gateway:ServiceBusRules:{group}:OtherSealingKey is given without SealingKey.");
                }

                if (rule.SealingKey is not null && !rule.HasRules)
                {
                    // Connectors sign in with a connection string of theirs.
                    continue;
                }

                foreach (var (name, key) in (ReadOnlySpan<(string, string)>)[("KeyName", rule.KeyName), ("RequestsKey", rule.RequestsKey), ("UplinksKey", rule.UplinksKey), ("RepliesKey", rule.RepliesKey)])
                {
                    if (string.IsNullOrWhiteSpace(key))
                    {
                        mistakes.Add($"Gateway:ServiceBusRules:{group}:{name} is empty: give the name of the rule on the group's queues, and its key on each of them.");
                    }
                }
            }

            return mistakes;
        }

        if (options.ServiceBusRules.Count > 0)
        {
            mistakes.Add("Gateway:ServiceBusRules is given without Gateway:ServiceBus: the embedded broker needs no rules.");
        }

        CheckListen(options.Broker.Listen, mistakes);
        foreach (var (keyName, key) in options.Broker.ConnectorKeys)
        {
            if (key.Key.Length < LeastKeyLength)
            {
                mistakes.Add($"Gateway:Broker:ConnectorKeys:{keyName}:Key has {key.Key.Length} characters: draw at least {LeastKeyLength} at random (openssl rand -base64 32).");
            }

            if (string.IsNullOrWhiteSpace(key.Group))
            {
                mistakes.Add($"Gateway:Broker:ConnectorKeys:{keyName}:Group is empty: name the connector group that the key is for.");
            }
        }

        return mistakes;
    }

    private static void CheckListen(string? listen, List<string> mistakes)
    {
        if (listen is null)
        {
            return;
        }

        if (!Uri.TryCreate(listen, UriKind.Absolute, out var url) || url.Scheme is not ("amqp" or "amqps")
            || !(IPAddress.TryParse(url.DnsSafeHost, out var address) || url.IsLoopback) || url.PathAndQuery is not ("/" or ""))
        {
            mistakes.Add($"Gateway:Broker:Listen is '{listen}': give amqps:// or amqp:// with an IP address and a port, such as amqps://0.0.0.0:5671.");
        }
        else if (url.Scheme == "amqp" && !url.IsLoopback)
        {
            mistakes.Add($"Gateway:Broker:Listen is '{listen}': without TLS only loopback addresses are allowed. Use amqps://, or let connectors use the WebSocket on the gateway's https port.");
        }
    }
}
