namespace AppProxy.Benchmarks.Roles;

/// <summary>The first line of a server role: where it listens.</summary>
internal static class ReadyLine
{
    private const string Word = "ready ";

    public static string Format(Uri address) => Word + address;

    public static Uri? Parse(string? line) =>
        line is not null && line.StartsWith(Word, StringComparison.Ordinal) ? new Uri(line[Word.Length..]) : null;
}
