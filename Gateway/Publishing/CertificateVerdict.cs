using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using AppProxy.Gateway.Certificates;

namespace AppProxy.Gateway.Publishing;

/// <summary>Judges the certificate that clients of one host are shown.</summary>
internal sealed class CertificateVerdict(string host, DateTimeOffset now)
{
    public const string Step = "certificate";
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    private X509Certificate2? _shown;
    private SslPolicyErrors _errors;
    private string _chain = "";
    private string _above = "";

    /// <summary>Takes any, and remembers what is wrong with it.</summary>
    public bool Look(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        _shown = certificate is null ? null : X509CertificateLoader.LoadCertificate(certificate.RawData);
        _errors = errors;
        _chain = string.Join("; ", (chain?.ChainStatus ?? []).Where(static status => status.Status != X509ChainStatusFlags.NotTimeValid).Select(static status => status.StatusInformation.Trim()).Distinct());
        _above = string.Join("; ", (chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>()).Skip(1)
            .Where(static element => element.ChainElementStatus.Any(static status => status.Status == X509ChainStatusFlags.NotTimeValid))
            .Select(static element => string.Create(CultureInfo.InvariantCulture, $"{element.Certificate.Subject}, good from {element.Certificate.NotBefore.ToUniversalTime():u} to {element.Certificate.NotAfter.ToUniversalTime():u}")));
        return _shown is not null;
    }

    public TestStep ToStep(SslProtocols protocol)
    {
        var names = string.Join(", ", HostCertificate.NamesOf(_shown!));
        DateTimeOffset from = _shown!.NotBefore.ToUniversalTime(), until = _shown.NotAfter.ToUniversalTime();
        if (_errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return TestStep.Fail(Step, $"The certificate shown is for {(names.Length > 0 ? names : _shown.Subject)}, and not for {host}: browsers refuse it.", $"Have one issued for {host}, and certificates add -f …, or lay it into Gateway:Certificates:Folder.");
        }

        if (until < now || from > now)
        {
            return TestStep.Fail(Step, until < now ? $"The certificate for {names} ended at {until:u}: browsers refuse it." : $"The certificate for {names} begins at {from:u} only: browsers refuse it.", "Have it renewed, and certificates add -f … or replace its file; certificates list tells where it is.");
        }

        if (_chain.Length > 0)
        {
            return TestStep.Fail(
                Step,
                $"The certificate for {names}, issued by {_shown.Issuer}, leads to no authority that this machine trusts: {_chain}",
                "Add the intermediate certificates behind it in the file. If it is of an authority of your own: give its certificate with --ca, and to all clients.");
        }

        if (_above.Length > 0)
        {
            return TestStep.Fail(
                Step,
                $"The certificate for {names} stands below one that is not good now: {_above}. Browsers refuse it.",
                "Have it renewed, and put the intermediate certificates that come with it behind it in the file, in place of those there.");
        }

        var days = Math.Floor((until - now).TotalDays).ToString(CultureInfo.InvariantCulture);
        return until - now < Soon
            ? TestStep.Warn(Step, $"The certificate for {names} ends in {days} days, at {until:u}.", "Have it renewed: what should do so by itself has not.")
            : TestStep.Ok(Step, $"It is for {names}, trusted, and good for {days} days ({protocol}).");
    }
}
