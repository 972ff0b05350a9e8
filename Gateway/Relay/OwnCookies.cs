using Microsoft.Extensions.Primitives;

namespace AppProxy.Gateway.Relay;

/// <summary>
/// Cookies that are the gateway's on every host: apps neither see nor set them (DESIGN.md section 6).
/// </summary>
internal static class OwnCookies
{
    /// <summary>What our names begin with, behind the prefix that browsers know.</summary>
    public const string Prefix = "AppProxy-";

    /// <summary>Browsers take such cookies only for one host, over TLS (RFC 6265bis section 4.1.3).</summary>
    public const string HostPrefix = "__Host-";

    /// <summary>No app gets or sets cookies that begin so.</summary>
    private const string Reserved = "AppProxy";

    private const string SecurePrefix = "__Secure-";

    /// <summary>Whether a Cookie field holds one of ours; most do not, and pass as they are.</summary>
    public static bool AreIn(string? field) => field?.Contains(Reserved, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>A Cookie field without ours; empty when nothing is left.</summary>
    /// <param name="kept">Gets it: twice as long as the field, since a space may be put behind each semicolon.</param>
    public static ReadOnlySpan<char> Without(ReadOnlySpan<char> field, Span<char> kept)
    {
        var length = 0;
        foreach (var range in field.Split(';'))
        {
            var pair = field[range].Trim();
            if (pair.IsEmpty || IsOurs(NameOf(pair)))
            {
                continue;
            }

            if (length > 0)
            {
                "; ".CopyTo(kept[length..]);
                length += 2;
            }

            pair.CopyTo(kept[length..]);
            length += pair.Length;
        }

        return kept[..length];
    }

    /// <summary>The first cookie named <paramref name="name"/>, without taking the field apart.</summary>
    public static ReadOnlySpan<char> FindFirst(StringValues fields, string name)
    {
        foreach (var field in fields)
        {
            var rest = field.AsSpan();
            while (rest.IndexOf(name, StringComparison.Ordinal) is var at and >= 0)
            {
                var value = rest[(at + name.Length)..];
                if ((at == 0 || rest[at - 1] is ' ' or ';') && value is ['=', ..])
                {
                    return value.IndexOf(';') is var end and >= 0 ? value[1..end] : value[1..];
                }

                rest = value;
            }
        }

        return default;
    }

    /// <summary>Each cookie of ours named <paramref name="name"/>: siblings of a host may have planted others.</summary>
    public static IEnumerable<string> Find(StringValues fields, string name)
    {
        foreach (var field in fields)
        {
            if (!AreIn(field))
            {
                continue;
            }

            foreach (var pair in field!.Split(';', StringSplitOptions.TrimEntries))
            {
                if (pair.Length > name.Length && pair[name.Length] == '=' && pair.StartsWith(name, StringComparison.Ordinal))
                {
                    yield return pair[(name.Length + 1)..];
                }
            }
        }
    }

    private static ReadOnlySpan<char> NameOf(ReadOnlySpan<char> pair) => pair.IndexOf('=') is var equals and >= 0 ? pair[..equals].TrimEnd() : pair;

    /// <summary>Whether a cookie is the gateway's by its name.</summary>
    public static bool IsOurs(ReadOnlySpan<char> name)
    {
        // In any case: browsers take the prefixes so.
        if (name.StartsWith(HostPrefix, StringComparison.OrdinalIgnoreCase))
        {
            name = name[HostPrefix.Length..];
        }
        else if (name.StartsWith(SecurePrefix, StringComparison.OrdinalIgnoreCase))
        {
            name = name[SecurePrefix.Length..];
        }

        return name.StartsWith(Reserved, StringComparison.OrdinalIgnoreCase);
    }
}
