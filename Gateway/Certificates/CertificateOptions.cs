namespace AppProxy.Gateway.Certificates;

/// <summary>Where certificates are besides the store, and how one is got by ACME.</summary>
internal sealed class CertificateOptions
{
    /// <summary>Folder of certificates, in PEM or PFX; looked at every second.</summary>
    public string? Folder { get; set; }

    /// <summary>Folder in which an ACME client lays its challenges (its web root): <c>.well-known/acme-challenge/</c> below it is served on every host.</summary>
    public string? AcmeChallenges { get; set; }

    public void Check(string prefix, List<string> mistakes)
    {
        foreach (var (name, folder) in (ReadOnlySpan<(string, string?)>)[(nameof(Folder), Folder), (nameof(AcmeChallenges), AcmeChallenges)])
        {
            if (folder is not null && !System.IO.Directory.Exists(folder))
            {
                mistakes.Add($"{prefix}:{name} names '{folder}', which is no folder: make it, or name another.");
            }
        }
    }
}
