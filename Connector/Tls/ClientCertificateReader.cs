using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using AppProxy.Connector.Settings;

namespace AppProxy.Connector.Tls;

/// <summary>Reads the certificate by which the connector makes itself known to one app: PEM with its key, there or in a file of its own, or PFX.</summary>
internal static class ClientCertificateReader
{
    public static SslStreamCertificateContext? Read(string prefix, AppTargetOptions app, DateTimeOffset now, List<string> mistakes)
    {
        var setting = prefix + nameof(app.ClientCertificate);
        if (app.ClientCertificate is not { } path)
        {
            if (app.ClientCertificateKey is not null || app.ClientCertificatePassword is not null)
            {
                mistakes.Add($"{setting} is missing: there is a key or a password for it.");
            }

            return null;
        }

        if (CertificateFile.Read(setting, path, mistakes) is not { } octets)
        {
            return null;
        }

        var others = new X509Certificate2Collection();
        var own = octets.AsSpan().IndexOf("-----BEGIN "u8) >= 0
            ? ReadPem(prefix, app, Encoding.UTF8.GetString(octets), others, mistakes)
            : ReadPfx(prefix, app, octets, others, mistakes);
        if (own is null)
        {
            return null;
        }

        if (own.NotAfter < now || own.NotBefore > now)
        {
            mistakes.Add($"{setting} names {path}, a certificate that is valid from {own.NotBefore.ToUniversalTime():u} to {own.NotAfter.ToUniversalTime():u}: give one that is valid now.");
        }

        // What stands in the file is the chain; nothing is fetched for it.
        return SslStreamCertificateContext.Create(own, others, offline: true);
    }

    private static X509Certificate2? ReadPem(string prefix, AppTargetOptions app, string pem, X509Certificate2Collection others, List<string> mistakes)
    {
        var setting = prefix + nameof(app.ClientCertificate);
        var path = app.ClientCertificate!;
        if (CertificateFile.ReadCertificates(setting, path, pem, mistakes) is not { } found)
        {
            return null;
        }

        others.AddRange(found.Skip(1).ToArray());
        var key = pem;
        if (app.ClientCertificateKey is { } keyPath)
        {
            (setting, path) = (prefix + nameof(app.ClientCertificateKey), keyPath);
            if (CertificateFile.ReadText(setting, path, mistakes) is not { } read)
            {
                return null;
            }

            key = read;
        }

        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            mistakes.Add($"{setting} names {path}, in which there is no private key in PEM form: give the file that holds it as {prefix}{nameof(app.ClientCertificateKey)}.");
            return null;
        }

        var isEncrypted = key.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal);
        if (isEncrypted && app.ClientCertificatePassword is null)
        {
            mistakes.Add($"{prefix}{nameof(app.ClientCertificatePassword)} is missing: the key in {path} is encrypted.");
            return null;
        }

        try
        {
            var own = isEncrypted ? X509Certificate2.CreateFromEncryptedPem(pem, key, app.ClientCertificatePassword) : X509Certificate2.CreateFromPem(pem, key);

            // SChannel takes no key that is only in memory.
            return OperatingSystem.IsWindows() ? X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null) : own;
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            mistakes.Add($"{setting} names {path}, whose private key does not fit the certificate or cannot be opened{(isEncrypted ? " with this password" : "")}: {failure.Message}");
            return null;
        }
    }

    private static X509Certificate2? ReadPfx(string prefix, AppTargetOptions app, byte[] octets, X509Certificate2Collection others, List<string> mistakes)
    {
        var setting = prefix + nameof(app.ClientCertificate);
        if (app.ClientCertificateKey is not null)
        {
            mistakes.Add($"{prefix}{nameof(app.ClientCertificateKey)} goes with a PEM file, and {app.ClientCertificate} is none: leave it out, a PFX file holds its key.");
            return null;
        }

        try
        {
            var found = X509CertificateLoader.LoadPkcs12Collection(octets, app.ClientCertificatePassword);
            if (found.FirstOrDefault(static certificate => certificate.HasPrivateKey) is { } own)
            {
                others.AddRange(found.Where(certificate => certificate != own).ToArray());
                return own;
            }

            mistakes.Add($"{setting} names {app.ClientCertificate}, in which there is no certificate with a private key.");
        }
        catch (CryptographicException failure)
        {
            mistakes.Add($"{setting} names {app.ClientCertificate}, which is no PEM, and as PFX cannot be opened with {prefix}{nameof(app.ClientCertificatePassword)}: {failure.Message}");
        }

        return null;
    }
}
