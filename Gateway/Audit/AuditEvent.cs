namespace AppProxy.Gateway.Audit;

/// <summary>One line of the sign-in log. Never a secret, token, cookie or body; texts that are too long are cut.</summary>
internal sealed record AuditEvent
{
    /// <summary>The outcome of what went well.</summary>
    public const string Success = "success";

    public required AuditKind Kind { get; init; }

    /// <summary><see cref="Success"/>, or why not, in the words of <c>AppProxy-Error</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Who, as assignments name them; for an operator the account on the machine. Null where nobody knows.</summary>
    public string? User { get; init; }

    /// <summary>Their user principal name.</summary>
    public string? UserName { get; init; }

    /// <summary>Id of the app; null where it was about none.</summary>
    public string? App { get; init; }

    /// <summary>The client's address.</summary>
    public string? Address { get; init; }

    /// <summary>Id of the policy that decided; null where none did.</summary>
    public string? Policy { get; init; }

    /// <summary>What the page said that the person saw.</summary>
    public string? Reference { get; init; }

    /// <summary>What else is worth knowing: for an operator, what was done.</summary>
    public string? Detail { get; init; }
}
