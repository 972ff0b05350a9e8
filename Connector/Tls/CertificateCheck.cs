using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AppProxy.Connector.Tls;

/// <summary>Looks at the certificate that an app shows in one handshake, and remembers what is wrong with it.</summary>
internal sealed class CertificateCheck(AppTlsModel model)
{
    private const X509ChainStatusFlags Untrusted = X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain;

    /// <summary>For the operator: which checks failed. No words of the app's are in it. Null when none did.</summary>
    public string? Refusal { get; private set; }

    public bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var reasons = new List<string>();
        if (certificate is not X509Certificate2 shown)
        {
            reasons.Add("there is none");
        }
        else
        {
            if (model.ChecksCertificate)
            {
                AddErrors(chain, errors, reasons);
            }

            AddPin(shown, reasons);
        }

        Refusal = reasons.Count == 0 ? null : string.Join("; ", reasons);
        return Refusal is null;
    }

    private void AddErrors(X509Chain? chain, SslPolicyErrors errors, List<string> reasons)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            reasons.Add($"name: it is not for '{model.ServerName}'");
        }

        if (!errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            return;
        }

        var count = reasons.Count;
        foreach (var element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            if (element.ChainElementStatus.Any(static status => status.Status == X509ChainStatusFlags.NotTimeValid))
            {
                var which = element == chain!.ChainElements[0] ? "it" : "an authority's certificate behind it";
                reasons.Add($"expired: {which} is valid from {element.Certificate.NotBefore.ToUniversalTime():u} to {element.Certificate.NotAfter.ToUniversalTime():u}");
            }
        }

        var others = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, static (all, next) => all | next.Status) & ~X509ChainStatusFlags.NotTimeValid;
        if ((others & Untrusted) != 0)
        {
            reasons.Add($"chain: no authority that is trusted {(model.Authorities is null ? "on this machine" : "for this app")} stands behind it");
        }

        if ((others & ~Untrusted) is var rest && (rest != 0 || reasons.Count == count))
        {
            reasons.Add($"chain: {rest}");
        }
    }

    private void AddPin(X509Certificate2 certificate, List<string> reasons)
    {
        if (model.Pins.Count == 0)
        {
            return;
        }

        var key = SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo());
        if (!model.Pins.Any(pin => pin.AsSpan().SequenceEqual(key)))
        {
            reasons.Add($"pin: its public key is {Convert.ToBase64String(key)}, which is not pinned");
        }
    }
}
