namespace AppProxy.Gateway.Certificates;

/// <summary>What one file, or one row of the store, was read as.</summary>
/// <param name="Source">Its name, for the operator; the same again when it is replaced.</param>
/// <param name="Certificate">Null where it cannot be used.</param>
/// <param name="Problem">Why not, or what is the matter all the same.</param>
internal sealed record CertificateReading(string Source, HostCertificate? Certificate, string? Problem = null);
