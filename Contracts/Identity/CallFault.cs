namespace AppProxy.Contracts.Identity;

/// <summary>Why the gateway refuses a connector's call; the text of <c>code</c> in the JSON that it answers with.</summary>
internal enum CallFault
{
    /// <summary>Not readable as a call, or for another path.</summary>
    BadRequest,

    /// <summary>Over plain http from another machine.</summary>
    HttpsRequired,

    /// <summary>This gateway has no store to keep connectors in.</summary>
    NotAvailable,

    /// <summary>No token has this id here.</summary>
    TokenUnknown,

    /// <summary>The proof is not that of the token.</summary>
    TokenForged,

    /// <summary>Its uses are used up.</summary>
    TokenUsed,

    /// <summary>Its time is over.</summary>
    TokenExpired,

    /// <summary>The call is for a gateway with other keys.</summary>
    WrongGateway,

    /// <summary>Issued too long ago, or in the future: clocks differ.</summary>
    ClockSkewed,

    /// <summary>The call was made before.</summary>
    Replayed,

    /// <summary>No connector has this id, or not this key.</summary>
    ConnectorUnknown,

    /// <summary>The connector was revoked.</summary>
    ConnectorRevoked,

    /// <summary>The connector's key was used from two places at once, and the gateway blocks that.</summary>
    ConnectorBlocked,

    /// <summary>The gateway cannot reach its store.</summary>
    Unavailable,
}

/// <summary>The answer to a call that is refused, as <c>application/json</c>. Not signed: it grants nothing.</summary>
internal sealed record CallRefusal
{
    public required CallFault Code { get; init; }

    /// <summary>One line for the operator.</summary>
    public required string Message { get; init; }
}
