using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AppProxy.Tests.EndToEnd.Tls;

/// <summary>A certificate authority of one test.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly DateTimeOffset _now;
    private readonly TestAuthority? _above;

    public TestAuthority(string name, int endsInDays = 100, TestAuthority? above = null)
    {
        _above = above;

        // None may end after the one above it: not even the second after.
        _now = above?._now ?? TimeProvider.System.GetUtcNow();
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        if (above is null)
        {
            Certificate = request.CreateSelfSigned(_now.AddDays(-200), _now.AddDays(endsInDays));
            return;
        }

        using var made = request.Create(above.Certificate, _now.AddDays(-200), _now.AddDays(endsInDays), RandomNumberGenerator.GetBytes(8));
        Certificate = made.CopyWithPrivateKey(_key);
    }

    /// <summary>Its own.</summary>
    public X509Certificate2 Certificate { get; }

    public string Pem => Certificate.ExportCertificatePem() + "\n" + _above?.Pem;

    /// <summary>A certificate for a name, with its key.</summary>
    public X509Certificate2 Issue(string name, int endsInDays = 100, int beginsInDays = -100)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        using var made = request.Create(Certificate, _now.AddDays(beginsInDays), _now.AddDays(endsInDays), RandomNumberGenerator.GetBytes(8));
        using var whole = made.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    /// <summary>What <c>PinnedPublicKeys</c> takes.</summary>
    public static string PinOf(X509Certificate2 certificate) => Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    public static string KeyOf(X509Certificate2 certificate, string? password = null)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return password is null
            ? key.ExportPkcs8PrivateKeyPem()
            : key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }
}
