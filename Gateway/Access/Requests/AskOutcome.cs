namespace AppProxy.Gateway.Access.Requests;

/// <summary>What came of asking.</summary>
internal enum AskOutcome
{
    Asked,

    /// <summary>Nobody has decided on the first time yet.</summary>
    AskedBefore,

    /// <summary>It was denied a short while ago.</summary>
    TooSoon,

    /// <summary>The person has asked for too many apps.</summary>
    TooMany,
}
