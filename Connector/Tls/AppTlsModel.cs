using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace AppProxy.Connector.Tls;

/// <summary>What TLS with one app must be like: settings checked, files read.</summary>
internal sealed record AppTlsModel
{
    /// <summary>Name that the connector asks for (SNI) and that the certificate must have; or an address, which is not asked for.</summary>
    public required string ServerName { get; init; }

    /// <summary>Whether name, chain and dates must be right.</summary>
    public bool ChecksCertificate { get; init; } = true;

    /// <summary>Whom to trust in place of the system's authorities.</summary>
    public X509ChainPolicy? Authorities { get; init; }

    /// <summary>SHA-256 of public keys (RFC 7469 section 2.4), one of which the certificate must have; none for any.</summary>
    public IReadOnlyList<byte[]> Pins { get; init; } = [];

    /// <summary>What the app is shown when it asks, with its chain.</summary>
    public SslStreamCertificateContext? ClientCertificate { get; init; }
}
