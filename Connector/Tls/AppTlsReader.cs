using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AppProxy.Connector.Settings;

namespace AppProxy.Connector.Tls;

/// <summary>Reads one app's settings for TLS, and the files that they name.</summary>
internal static class AppTlsReader
{
    /// <summary>Null for an app without TLS.</summary>
    public static AppTlsModel? Read(string id, AppTargetOptions app, Uri url, DateTimeOffset now, List<string> mistakes)
    {
        var prefix = $"Connector:Apps:{id}:";
        if (url.Scheme != Uri.UriSchemeHttps)
        {
            CheckUnused(prefix, app, mistakes);
            return null;
        }

        if (app.TrustedCertificateAuthorities is not null && !app.IsBackendCertificateValidationEnabled)
        {
            mistakes.Add($"{prefix}{nameof(app.TrustedCertificateAuthorities)} has no effect: {prefix}{nameof(app.IsBackendCertificateValidationEnabled)} is false. Leave one of them out.");
        }

        return new AppTlsModel
        {
            ServerName = ReadServerName(prefix, app, mistakes) ?? url.IdnHost,
            ChecksCertificate = app.IsBackendCertificateValidationEnabled,
            Authorities = ReadAuthorities(prefix, app, now, mistakes),
            Pins = ReadPins(prefix, app, mistakes),
            ClientCertificate = ClientCertificateReader.Read(prefix, app, now, mistakes),
        };
    }

    /// <summary>Whoever sets one of these relies on TLS.</summary>
    private static void CheckUnused(string prefix, AppTargetOptions app, List<string> mistakes)
    {
        foreach (var (name, isGiven) in ((string, bool)[])[
            (nameof(app.TrustedCertificateAuthorities), app.TrustedCertificateAuthorities is not null), (nameof(app.PinnedPublicKeys), app.PinnedPublicKeys.Count > 0),
            (nameof(app.ServerName), app.ServerName is not null), (nameof(app.ClientCertificate), app.ClientCertificate is not null),
            (nameof(app.ClientCertificateKey), app.ClientCertificateKey is not null), (nameof(app.ClientCertificatePassword), app.ClientCertificatePassword is not null)])
        {
            if (isGiven)
            {
                mistakes.Add($"{prefix}{name} has no effect: {prefix}{nameof(app.InternalUrl)} is not https.");
            }
        }
    }

    private static string? ReadServerName(string prefix, AppTargetOptions app, List<string> mistakes)
    {
        if (app.ServerName is not { } name)
        {
            return null;
        }

        if (Uri.CheckHostName(name) == UriHostNameType.Unknown)
        {
            mistakes.Add($"{prefix}{nameof(app.ServerName)} is '{name}': give a host name, without scheme and port.");
            return null;
        }

        return new UriBuilder(Uri.UriSchemeHttps, name).Uri.IdnHost;
    }

    private static List<byte[]> ReadPins(string prefix, AppTargetOptions app, List<string> mistakes)
    {
        var pins = new List<byte[]>();
        foreach (var text in app.PinnedPublicKeys)
        {
            var pin = new byte[SHA256.HashSizeInBytes];
            if (Convert.TryFromBase64String(text, pin, out var length) && length == pin.Length)
            {
                pins.Add(pin);
            }
            else
            {
                mistakes.Add($"{prefix}{nameof(app.PinnedPublicKeys)} has '{text}': give the SHA-256 of a public key in base64, 44 characters. Connector/Tls/README.md has the command that makes it.");
            }
        }

        return pins;
    }

    private static X509ChainPolicy? ReadAuthorities(string prefix, AppTargetOptions app, DateTimeOffset now, List<string> mistakes)
    {
        var setting = prefix + nameof(app.TrustedCertificateAuthorities);
        if (app.TrustedCertificateAuthorities is not { } path || (IsPem(path) ? path : CertificateFile.ReadText(setting, path, mistakes)) is not { } pem
            || CertificateFile.ReadCertificates(setting, path = IsPem(path) ? "a text" : path, pem, mistakes) is not { } found)
        {
            return null;
        }

        // The defaults of SslStream, but for whom to trust.
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        var roots = found.Where(static certificate => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)).ToList();
        policy.ExtraStore.AddRange(found.Except(roots).ToArray());
        policy.CustomTrustStore.AddRange(roots.ToArray());
        if (roots.Count == 0)
        {
            mistakes.Add($"{setting} names {path}, which has only intermediate certificates: put in that of the authority at the top.");
        }
        else if (roots.TrueForAll(root => root.NotAfter < now))
        {
            mistakes.Add($"{setting} names {path}, whose authorities are all expired, the last on {roots.Max(static root => root.NotAfter).ToUniversalTime():u}.");
        }

        return policy;
    }

    /// <summary>Whether it is the certificates themselves, as the gateway gives them, and not the name of a file.</summary>
    private static bool IsPem(string text) => text.Contains("-----BEGIN ", StringComparison.Ordinal);
}
