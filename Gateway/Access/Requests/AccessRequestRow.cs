namespace AppProxy.Gateway.Access.Requests;

/// <summary>Somebody asks for an app: one row for each person and app. Times are milliseconds since 1970.</summary>
internal sealed class AccessRequestRow
{
    /// <summary>Short, since operators type it.</summary>
    public required string Id { get; set; }

    public required string ApplicationId { get; set; }

    /// <summary>As an assignment names them.</summary>
    public required string PrincipalId { get; set; }

    public required string UserPrincipalName { get; set; }

    public required string DisplayName { get; set; }

    /// <summary>In the person's words; without control characters.</summary>
    public required string Reason { get; set; }

    /// <summary>One of <see cref="AccessRequestState"/>.</summary>
    public required string State { get; set; }

    public required long RequestedAt { get; set; }

    public long? DecidedAt { get; set; }
}
