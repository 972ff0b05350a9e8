using System.Text;

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
        Outcome = Cut(what.Outcome, AuditTable.WordLength)!,
        User = Cut(what.User, AuditTable.NameLength),
        UserName = Cut(what.UserName, AuditTable.NameLength),
        App = Cut(what.App, AuditTable.NameLength),
        Address = Cut(what.Address, AuditTable.WordLength),
        Policy = Cut(what.Policy, AuditTable.NameLength),
        Reference = Cut(what.Reference, AuditTable.WordLength),
        Detail = Cut(what.Detail, DetailLength),
    };

    /// <summary>What every server takes, and no terminal obeys: PostgreSQL has no place for NUL, or for half a character.</summary>
    private static string? Cut(string? text, int most)
    {
        if (text is null)
        {
            return null;
        }

        var clean = new StringBuilder(Math.Min(text.Length, most));
        foreach (var rune in text.EnumerateRunes())
        {
            var next = Rune.IsControl(rune) ? new Rune(' ') : rune;
            if (clean.Length + next.Utf16SequenceLength > most)
            {
                break;
            }

            clean.Append(next);
        }

        return clean.ToString();
    }
}
