using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace AppProxy.Gateway.Certificates;

/// <summary>A certificate with its key and chain, ready to be shown. Never changed, and never disposed: handshakes under way may have it.</summary>
internal sealed class HostCertificate
{
    /// <param name="source">Where it is from, for the operator.</param>
    /// <param name="own">With its private key.</param>
    /// <param name="chain">Those above it, as they came with it; nothing is fetched.</param>
    public HostCertificate(string source, X509Certificate2 own, X509Certificate2Collection? chain)
    {
        Source = source;
        Own = own;
        Chain = chain ?? [];
        Names = NamesOf(own);
        NotBefore = own.NotBefore.ToUniversalTime();
        NotAfter = own.NotAfter.ToUniversalTime();
        Context = SslStreamCertificateContext.Create(own, Chain, offline: true);
    }

    public string Source { get; }

    public X509Certificate2 Own { get; }

    public X509Certificate2Collection Chain { get; }

    /// <summary>DNS names, lower case; some may begin with "*.".</summary>
    public IReadOnlyList<string> Names { get; }

    public DateTimeOffset NotBefore { get; }

    public DateTimeOffset NotAfter { get; }

    /// <summary>One for all handshakes: sessions are resumed only under the context that they began with.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>What it is called where there is room for one name.</summary>
    public string Title => Names.Count > 0 ? Names[0] : Own.Subject;

    /// <summary>Whether it is the same, with the same chain.</summary>
    public bool IsSameAs(HostCertificate other)
        => Own.Thumbprint == other.Own.Thumbprint && Chain.Select(static each => each.Thumbprint).SequenceEqual(other.Chain.Select(static each => each.Thumbprint));

    public bool IsValid(DateTimeOffset now) => NotBefore <= now && now <= NotAfter;

    /// <summary>Its DNS names, lower case; what its subject says besides counts no more (RFC 9525).</summary>
    public static IReadOnlyList<string> NamesOf(X509Certificate2 certificate) =>
    [
        .. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(static names => names.EnumerateDnsNames())
            .Select(static name => name.TrimEnd('.').ToLowerInvariant()).Distinct(),
    ];
}
