using System.Collections.Frozen;

namespace AppProxy.Gateway.Certificates;

/// <summary>All certificates at one moment, found by the name that a client asks for: one look-up for the name, one for its wildcard, nothing allocated.</summary>
internal sealed class CertificateSnapshot
{
    private readonly FrozenDictionary<string, HostCertificate> _exact;
    private readonly FrozenDictionary<string, HostCertificate>.AlternateLookup<ReadOnlySpan<char>> _wildcards;

    /// <param name="certificates">In any order. Of several for one name the valid one counts, and of those the one that lasts longest.</param>
    /// <param name="ownHosts">The gateway's own; the first one's certificate is for clients that ask for no name that there is one for.</param>
    /// <param name="now">For who is valid.</param>
    public CertificateSnapshot(IEnumerable<HostCertificate> certificates, IEnumerable<string> ownHosts, DateTimeOffset now)
    {
        All = [.. certificates.OrderByDescending(certificate => certificate.IsValid(now)).ThenByDescending(static certificate => certificate.NotAfter)];
        var byName = All.SelectMany(static certificate => certificate.Names.Select(name => (Name: name, Certificate: certificate)))
            .DistinctBy(static entry => entry.Name, StringComparer.OrdinalIgnoreCase)
            .ToLookup(static entry => entry.Name.StartsWith("*.", StringComparison.Ordinal));
        _exact = byName[false].ToFrozenDictionary(static entry => entry.Name, static entry => entry.Certificate, StringComparer.OrdinalIgnoreCase);
        _wildcards = byName[true].ToFrozenDictionary(static entry => entry.Name[1..], static entry => entry.Certificate, StringComparer.OrdinalIgnoreCase)
            .GetAlternateLookup<ReadOnlySpan<char>>();
        Default = ownHosts.Select(Find).FirstOrDefault(static certificate => certificate is not null);
    }

    public static CertificateSnapshot Empty { get; } = new([], [], default);

    public IReadOnlyList<HostCertificate> All { get; }

    /// <summary>For clients that ask for no name, or for one that nobody has; null where the gateway's own host has none.</summary>
    public HostCertificate? Default { get; }

    /// <param name="name">As clients send it; a star stands for one label of it (RFC 9525 section 6.3).</param>
    public HostCertificate? Find(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return null;
        }

        if (_exact.TryGetValue(name, out var certificate))
        {
            return certificate;
        }

        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && _wildcards.TryGetValue(name.AsSpan(dot), out certificate) ? certificate : null;
    }
}
