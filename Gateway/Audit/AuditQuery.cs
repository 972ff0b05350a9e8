namespace AppProxy.Gateway.Audit;

/// <summary>Which events are asked for.</summary>
internal sealed record AuditQuery
{
    public DateTimeOffset? Since { get; init; }

    public string? App { get; init; }

    /// <summary>Id or user principal name.</summary>
    public string? User { get; init; }

    public AuditKind? Kind { get; init; }

    public string? Reference { get; init; }

    /// <summary>The newest that many.</summary>
    public int Most { get; init; } = 100;
}
