namespace AppProxy.Gateway.Certificates;

/// <summary>Where certificates come from.</summary>
internal interface ICertificateSource
{
    /// <summary>For the operator; without secrets.</summary>
    string Name { get; }

    /// <summary>All that it holds, or null when that is what it held at the last reading. Asked every second, so looking must cost little.</summary>
    /// <exception cref="CertificateException">Cannot be looked at.</exception>
    Task<IReadOnlyList<CertificateReading>?> ReadAsync(CancellationToken cancellationToken);
}
