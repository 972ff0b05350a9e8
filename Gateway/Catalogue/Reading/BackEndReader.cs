using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Checks an application's <c>relay.backEnd</c>, with the bounds that a connector's own settings have.</summary>
internal static class BackEndReader
{
    private const int MostConnections = 65_535;
    private const int SmallestHead = 1024;
    private const int LargestHead = 1024 * 1024;

    /// <summary>Some thirty certificates. Every connector of the group gets all of them, in an answer that has a limit.</summary>
    private const int LongestAuthorities = 64 * 1024;

    private static readonly TimeSpan ShortestIdle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestIdle = TimeSpan.FromHours(1);

    public static BackEndSettings Read(BackEndDocument? backEnd, string path, Findings findings)
    {
        if (backEnd is null)
        {
            return new BackEndSettings();
        }

        if (backEnd.HttpVersion is not (null or "1.1" or "2"))
        {
            findings.Problem(path + ".httpVersion", $"'{backEnd.HttpVersion}' must be 1.1 or 2; left out, the app chooses over TLS, and gets HTTP/1.1 otherwise");
        }

        if (backEnd.ServerName is { } name && Uri.CheckHostName(name) == UriHostNameType.Unknown)
        {
            findings.Problem(path + ".serverName", $"'{name}' must be a host name, without scheme and port");
        }

        CheckRange(backEnd.MaxConnections, 0, MostConnections, path + ".maxConnections", findings);
        CheckRange(backEnd.MaxResponseHeadLength, SmallestHead, LargestHead, path + ".maxResponseHeadLength", findings);
        CheckAuthorities(backEnd.TrustedCertificateAuthorities, path + ".trustedCertificateAuthorities", findings);
        return new BackEndSettings
        {
            HttpVersion = backEnd.HttpVersion,
            ServerName = backEnd.ServerName,
            TrustedCertificateAuthorities = backEnd.TrustedCertificateAuthorities,
            PinnedPublicKeys = ReadPins(backEnd.PinnedPublicKeys ?? [], path + ".pinnedPublicKeys", findings),
            MaxConnections = backEnd.MaxConnections,
            ConnectionIdleTimeout = Durations.Read(backEnd.ConnectionIdleTimeout, ShortestIdle, LongestIdle, path + ".connectionIdleTimeout", findings),
            MaxResponseHeadLength = backEnd.MaxResponseHeadLength,
        };
    }

    /// <summary>Who sets what only TLS can keep relies on TLS; who trusts somebody in particular does not trust everybody.</summary>
    public static void Check(BackEndSettings backEnd, AppUrl internalUrl, bool isCertificateValidated, string path, Findings findings)
    {
        if (backEnd.NeedsTls && internalUrl.Scheme != Uri.UriSchemeHttps)
        {
            findings.Problem(path, $"serverName, trustedCertificateAuthorities and pinnedPublicKeys have no effect: the internal URL '{internalUrl}' is not https");
        }

        if (backEnd.TrustedCertificateAuthorities is not null && !isCertificateValidated)
        {
            findings.Problem(path + ".trustedCertificateAuthorities", "has no effect: onPremisesPublishing.isBackendCertificateValidationEnabled is false");
        }
    }

    private static void CheckRange(int? value, int least, int most, string path, Findings findings)
    {
        if (value < least || value > most)
        {
            findings.Problem(path, $"must be between {least} and {most}");
        }
    }

    private static void CheckAuthorities(string? pem, string path, Findings findings)
    {
        if (pem is null)
        {
            return;
        }

        if (pem.Length > LongestAuthorities)
        {
            findings.Problem(path, $"is longer than {LongestAuthorities / 1024} KB: give the authorities of this app only, and not all that a system trusts; connectors that need more can have a file of their own (Connector:Apps:<id>:TrustedCertificateAuthorities)");
            return;
        }

        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            // As if there were none.
        }

        if (!found.Any(static certificate => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)))
        {
            findings.Problem(path, "must be the certificates of authorities in PEM form (-----BEGIN CERTIFICATE-----), that of the one at the top among them");
        }
    }

    private static EquatableList<string> ReadPins(List<string> pins, string path, Findings findings)
    {
        var hash = new byte[SHA256.HashSizeInBytes];
        for (var index = 0; index < pins.Count; index++)
        {
            if (!Convert.TryFromBase64String(pins[index] ?? "", hash, out var length) || length != hash.Length)
            {
                findings.Problem($"{path}[{index}]", $"'{pins[index]}' must be the SHA-256 of a public key in base64, 44 characters");
            }
        }

        return new EquatableList<string>(pins);
    }
}
