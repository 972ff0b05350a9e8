using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace AppProxy.Connector.Tls;

/// <summary>Files of certificates and keys that settings name.</summary>
internal static class CertificateFile
{
    /// <summary>Null, and a mistake, when it cannot be read.</summary>
    public static byte[]? Read(string setting, string path, List<string> mistakes)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            mistakes.Add($"{setting} names '{path}', which cannot be read: {failure.Message}");
            return null;
        }
    }

    public static string? ReadText(string setting, string path, List<string> mistakes) => Read(setting, path, mistakes) is { } octets ? Encoding.UTF8.GetString(octets) : null;

    /// <summary>Those of a PEM text; null, and a mistake, when it has none or a broken one.</summary>
    public static X509Certificate2Collection? ReadCertificates(string setting, string path, string pem, List<string> mistakes)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(pem);
        }
        catch (CryptographicException failure)
        {
            mistakes.Add($"{setting} names {path}, in which a certificate cannot be read: {failure.Message}");
            return null;
        }

        if (found.Count > 0)
        {
            return found;
        }

        mistakes.Add($"{setting} names {path}, in which there is no certificate in PEM form (-----BEGIN CERTIFICATE-----).");
        return null;
    }
}
