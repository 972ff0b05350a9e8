using AppProxy.Gateway.Diagnostics;

namespace AppProxy.Gateway.Audit.Storage;

/// <summary>An <see cref="AuditEvent"/> as it is kept. Ids are given, and grow with time.</summary>
internal sealed class AuditRow
{
    private const int DetailLength = 1024;

    public required string Id { get; set; }

    /// <summary>Milliseconds since 1970.</summary>
    public required long At { get; set; }

    public required string Kind { get; set; }

    public required string Outcome { get; set; }

    public string? User { get; set; }

    public string? UserName { get; set; }

    public string? App { get; set; }

    public string? Address { get; set; }

    public string? Policy { get; set; }

    public string? Reference { get; set; }

    public string? Detail { get; set; }

    public static AuditRow Of(AuditEvent what, DateTimeOffset at) => new()
    {
        Id = Guid.CreateVersion7(at).ToString("n"),
        At = at.ToUnixTimeMilliseconds(),
        Kind = what.Kind.ToString(),
        Outcome = PrintableText.Cut(what.Outcome, AuditTable.WordLength),
        User = PrintableText.Cut(what.User, AuditTable.NameLength),
        UserName = PrintableText.Cut(what.UserName, AuditTable.NameLength),
        App = PrintableText.Cut(what.App, AuditTable.NameLength),
        Address = PrintableText.Cut(what.Address, AuditTable.WordLength),
        Policy = PrintableText.Cut(what.Policy, AuditTable.NameLength),
        Reference = PrintableText.Cut(what.Reference, AuditTable.WordLength),
        Detail = PrintableText.Cut(what.Detail, DetailLength),
    };
}
