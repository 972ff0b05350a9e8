using System.Diagnostics.CodeAnalysis;

namespace AppProxy.Tests.Gateway.Catalogue;

/// <summary>Compares ordinally and counts how often something was looked up.</summary>
internal sealed class CountingComparer : IEqualityComparer<string>, IAlternateEqualityComparer<ReadOnlySpan<char>, string>
{
    public int Lookups { get; set; }

    public string Create(ReadOnlySpan<char> alternate) => alternate.ToString();

    public bool Equals(string? x, string? y) => string.Equals(x, y, StringComparison.Ordinal);

    public bool Equals(ReadOnlySpan<char> alternate, string other) => alternate.SequenceEqual(other);

    public int GetHashCode([DisallowNull] string obj) => obj.GetHashCode(StringComparison.Ordinal);

    public int GetHashCode(ReadOnlySpan<char> alternate)
    {
        Lookups++;
        return string.GetHashCode(alternate);
    }
}
