namespace AppProxy.Gateway.Certificates.Storage;

/// <summary>A certificate with its key in the store.</summary>
internal sealed class CertificateRow
{
    /// <summary>What the operator calls it; its first host where he says nothing.</summary>
    public required string Id { get; set; }

    /// <summary>PEM, its own first.</summary>
    public required string Certificates { get; set; }

    /// <summary>PKCS #8, in PEM. Secret, and as open to who reads the store as the gateway's signing keys are.</summary>
    public required string PrivateKey { get; set; }

    /// <summary>Higher with each change of any row, so that one number tells whether something was added or replaced.</summary>
    public required long Revision { get; set; }
}
