namespace AppProxy.Contracts.Identity;

/// <summary>Why a connector does not believe an <see cref="Assertion"/>; label of its counter.</summary>
internal enum AssertionFault
{
    None,

    /// <summary>The request has none.</summary>
    Missing,

    /// <summary>It is no JWT, too long, or lacks a claim.</summary>
    Malformed,

    /// <summary>It names a key that the gateway this connector trusts does not have.</summary>
    UnknownKey,

    /// <summary>The signature, its algorithm or the token's type is not that of an assertion.</summary>
    BadSignature,

    /// <summary>For another app than the request.</summary>
    OtherApp,

    /// <summary>For another connector group.</summary>
    OtherGroup,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>It would be good for longer than any may be.</summary>
    TooLong,
}
