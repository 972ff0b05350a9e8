using System.Net.Quic;
using AppProxy.Gateway.Certificates;
using AppProxy.Gateway.Hosting.ProxyProtocol;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace AppProxy.Gateway.Hosting;

/// <summary>What stands on each listening endpoint before HTTP does: the PROXY protocol where it is asked for, and TLS with a certificate for each host.</summary>
internal sealed partial class FrontDoorEndpoints(HostCertificates certificates, ProxyProtocolEndpoints proxyProtocol, IConfiguration configuration, ILogger<FrontDoorEndpoints> logger)
{
    private const string Section = "Kestrel:Endpoints";
    private static readonly string[] Addresses = [WebHostDefaults.ServerUrlsKey, WebHostDefaults.HttpPortsKey, WebHostDefaults.HttpsPortsKey];

    /// <summary>What an operator says of one endpoint's TLS himself, and then Kestrel does it as he says.</summary>
    private static readonly string[] OwnTls = ["Certificate", "Sni", "ClientCertificateMode"];

    /// <summary>Addresses with https become endpoints with names: only of those may anybody else than Kestrel choose the certificate.</summary>
    public static void NameAddresses(ConfigurationManager configuration)
    {
        var urls = configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } given
            ? Split(given)
            : [.. Split(configuration[WebHostDefaults.HttpPortsKey]).Select(static port => "http://*:" + port), .. Split(configuration[WebHostDefaults.HttpsPortsKey]).Select(static port => "https://*:" + port)];
        if (configuration.GetSection(Section).GetChildren().Any() || !Array.Exists(urls, static url => url.StartsWith(Uri.UriSchemeHttps + ":", StringComparison.OrdinalIgnoreCase)))
        {
            return;
        }

        foreach (var address in Addresses.Where(address => configuration[address] is not null))
        {
            configuration[address] = null;
        }

        configuration.AddInMemoryCollection(urls.Select(static (url, index) => KeyValuePair.Create<string, string?>(FormattableString.Invariant($"{Section}:Address{index + 1}:Url"), url)));
    }

    public void Configure(KestrelServerOptions kestrel)
    {
        var loader = kestrel.ConfigurationLoader ?? throw new InvalidOperationException("Kestrel reads no endpoints from the configuration.");
        foreach (var name in configuration.GetSection(Section).GetChildren().Select(static endpoint => endpoint.Key))
        {
            loader.Endpoint(name, endpoint =>
            {
                proxyProtocol.Configure(name, endpoint);
                AddTls(name, endpoint);
            });
        }
    }

    private static string[] Split(string? list) => list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private void AddTls(string name, EndpointConfiguration endpoint)
    {
        var https = endpoint.HttpsOptions;
        if (!endpoint.IsHttps || https.ServerCertificateSelector is not null || Array.Exists(OwnTls, setting => endpoint.ConfigSection.GetSection(setting).Exists()))
        {
            return;
        }

        if (endpoint.ListenOptions.Protocols.HasFlag(HttpProtocols.Http3) && !QuicListener.IsSupported)
        {
            LogNoQuic(name);
        }

        var given = https.ServerCertificate is { } configured ? new HostCertificate("Kestrel:Certificates", configured, https.ServerCertificateChain) : null;
        if (given is null && !certificates.HasSources)
        {
            // Kestrel says what is missing.
            return;
        }

        certificates.Configured = given;
        if (given is null && certificates.Current.All.Count == 0)
        {
            LogNoCertificate(name);
        }

        endpoint.ListenOptions.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = new TlsEndpoint(certificates, given, https.SslProtocols, endpoint.ListenOptions.Protocols).SelectAsync,
            HandshakeTimeout = https.HandshakeTimeout,
        });
    }

    [LoggerMessage(3401, LogLevel.Warning, "Endpoint {Name} is to serve HTTP/3, which this machine has no QUIC for: clients get HTTP/2. Install libmsquic 2.2 or later")]
    private partial void LogNoQuic(string name);

    [LoggerMessage(3402, LogLevel.Warning, "Endpoint {Name} has no certificate yet, and refuses all clients until there is one: 'certificates add', or a file in Gateway:Certificates:Folder")]
    private partial void LogNoCertificate(string name);
}
