using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace AppProxy.Gateway.Certificates;

/// <summary>Octets to a certificate that a server can show: PEM with its key, there or apart, or PFX.</summary>
internal static class CertificateReader
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string AnyPurpose = "2.5.29.37.0";

    public static bool IsPem(ReadOnlySpan<byte> content) => content.IndexOf("-----BEGIN "u8) >= 0;

    public static bool HasCertificate(ReadOnlySpan<byte> pem) => pem.IndexOf("-----BEGIN CERTIFICATE-----"u8) >= 0;

    public static bool HasKey(ReadOnlySpan<byte> pem) => pem.IndexOf("PRIVATE KEY-----"u8) >= 0;

    /// <summary>Whether the first certificate of a PEM file is an authority's, which no server shows as its own.</summary>
    public static bool IsAuthority(byte[] pem)
    {
        try
        {
            using var first = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(pem));
            return first.Extensions.OfType<X509BasicConstraintsExtension>().Any(static constraints => constraints.CertificateAuthority);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <param name="source">Where it is from, for the operator.</param>
    /// <param name="content">PEM, its own certificate first, or PFX.</param>
    /// <param name="key">PEM of the private key; null where <paramref name="content"/> holds it.</param>
    /// <param name="password">Of the PFX, or of an encrypted key.</param>
    /// <exception cref="CertificateException">Cannot be used.</exception>
    public static HostCertificate Read(string source, byte[] content, byte[]? key, string? password)
    {
        var chain = new X509Certificate2Collection();
        var own = IsPem(content) ? ReadPem(content, key, password, chain) : ReadPfx(content, password, chain);
        try
        {
            return Check(source, own, chain);
        }
        catch (Exception failure) when (failure is CryptographicException or AuthenticationException or PlatformNotSupportedException)
        {
            // Extensions are parsed, and the key is looked at, only when somebody asks.
            throw new CertificateException($"is a certificate that no server can show, or says of itself what cannot be read: {failure.Message} Have one issued anew", failure);
        }
    }

    private static HostCertificate Check(string source, X509Certificate2 own, X509Certificate2Collection chain)
    {
        if (own.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault() is { } usage
            && !usage.EnhancedKeyUsages.Cast<Oid>().Any(static purpose => purpose.Value is ServerAuthentication or AnyPurpose))
        {
            throw new CertificateException("is a certificate that is not for TLS servers: have one issued with the extended key usage serverAuth");
        }

        var read = new HostCertificate(source, own, chain);
        return read.Names.Count > 0
            ? read
            : throw new CertificateException("is a certificate without a DNS name among its subject alternative names, which browsers ask for: have one issued with them");
    }

    private static X509Certificate2 ReadPem(byte[] content, byte[]? key, string? password, X509Certificate2Collection chain)
    {
        var pem = Encoding.UTF8.GetString(content);
        try
        {
            chain.ImportFromPem(pem);
        }
        catch (CryptographicException failure)
        {
            throw new CertificateException($"holds a certificate that cannot be read: {failure.Message}", failure);
        }

        if (chain.Count == 0)
        {
            throw new CertificateException("holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)");
        }

        chain.RemoveAt(0);
        var keyPem = key is null ? pem : Encoding.UTF8.GetString(key);
        if (!HasKey(Encoding.UTF8.GetBytes(keyPem)))
        {
            throw new CertificateException("comes without its private key in PEM form");
        }

        var isEncrypted = keyPem.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal);
        if (isEncrypted && password is null)
        {
            throw new CertificateException("has an encrypted private key, and no password was given for it");
        }

        try
        {
            var own = isEncrypted ? X509Certificate2.CreateFromEncryptedPem(pem, keyPem, password) : X509Certificate2.CreateFromPem(pem, keyPem);

            // SChannel takes no key that is only in memory.
            return OperatingSystem.IsWindows() ? X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable) : own;
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new CertificateException($"has a private key that does not fit the certificate or cannot be opened{(isEncrypted ? " with this password" : "")}: {failure.Message}", failure);
        }
    }

    private static X509Certificate2 ReadPfx(byte[] content, string? password, X509Certificate2Collection chain)
    {
        try
        {
            chain.AddRange(X509CertificateLoader.LoadPkcs12Collection(content, password, X509KeyStorageFlags.Exportable));
        }
        catch (CryptographicException failure)
        {
            throw new CertificateException($"is no PEM, and as PFX cannot be opened {(password is null ? "without a password" : "with this password")}: {failure.Message}", failure);
        }

        var own = chain.FirstOrDefault(static certificate => certificate.HasPrivateKey) ?? throw new CertificateException("holds no certificate with a private key");
        chain.Remove(own);
        return own;
    }
}
