using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace AppProxy.Gateway.Certificates;

/// <summary>Chooses what one listening endpoint shows to each client. A handshake looks up the name, and the options that were made once for that certificate.</summary>
/// <param name="certificates">From which is chosen.</param>
/// <param name="given">For clients that ask for no name that there is a certificate for; null is the gateway's own host's.</param>
/// <param name="tls">Versions that the operator allows.</param>
/// <param name="http">What is offered by ALPN.</param>
internal sealed class TlsEndpoint(HostCertificates certificates, HostCertificate? given, SslProtocols tls, HttpProtocols http)
{
    private readonly ConditionalWeakTable<HostCertificate, SslServerAuthenticationOptions> _options = [];

    public ValueTask<SslServerAuthenticationOptions> SelectAsync(TlsHandshakeCallbackContext context)
    {
        var current = certificates.Current;
        var certificate = current.Find(context.ClientHelloInfo.ServerName) ?? given ?? current.Default
            ?? throw new AuthenticationException($"There is no certificate for '{context.ClientHelloInfo.ServerName}', and none for other names.");
        return new(_options.GetValue(certificate, Create));
    }

    private SslServerAuthenticationOptions Create(HostCertificate certificate)
    {
        var protocols = new List<SslApplicationProtocol>();
        if (http.HasFlag(HttpProtocols.Http3))
        {
            protocols.Add(SslApplicationProtocol.Http3);
        }

        if (http.HasFlag(HttpProtocols.Http2))
        {
            protocols.Add(SslApplicationProtocol.Http2);
        }

        if (http.HasFlag(HttpProtocols.Http1))
        {
            protocols.Add(SslApplicationProtocol.Http11);
        }

        return new SslServerAuthenticationOptions { ServerCertificateContext = certificate.Context, EnabledSslProtocols = tls, ApplicationProtocols = protocols };
    }
}
