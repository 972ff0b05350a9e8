namespace AppProxy.Gateway.Access.Requests;

/// <summary>What came of deciding on a request.</summary>
internal enum DecideOutcome
{
    Decided,

    NoSuchRequest,

    DecidedBefore,

    /// <summary>The store does not have the app: it was removed, or comes from a file.</summary>
    NoSuchApp,
}
