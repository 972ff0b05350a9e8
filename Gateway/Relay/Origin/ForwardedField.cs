using System.Text;
using Microsoft.Extensions.Primitives;

namespace AppProxy.Gateway.Relay.Origin;

/// <summary>Reads <c>Forwarded</c> (RFC 7239 section 4): <c>for=192.0.2.1;proto=https, for="[2001:db8::1]:4711";host="a.example"</c>.</summary>
internal static class ForwardedField
{
    public const string Name = "Forwarded";

    /// <summary>The hops, the client's first; those before a malformed one are left out, since nobody knows who wrote them.</summary>
    public static List<ForwardedHop> Read(StringValues values)
    {
        var hops = new List<ForwardedHop>();
        foreach (var value in values)
        {
            var rest = value.AsSpan();
            do
            {
                if (TryReadElement(ref rest, out var hop))
                {
                    hops.Add(hop);
                }
                else
                {
                    hops.Clear();
                    rest = AfterComma(rest);
                }
            }
            while (!rest.IsEmpty);
        }

        return hops;
    }

    /// <summary>Reads up to a comma, and takes it off too.</summary>
    private static bool TryReadElement(ref ReadOnlySpan<char> rest, out ForwardedHop hop)
    {
        hop = default;
        while (true)
        {
            rest = rest.TrimStart(" \t");
            var equals = rest.IndexOfAny('=', ',', ';');
            if (equals <= 0 || rest[equals] != '=')
            {
                return false;
            }

            var name = rest[..equals];
            if (name.ContainsAny("\" \t"))
            {
                return false;
            }

            rest = rest[(equals + 1)..];
            if (!TryReadValue(ref rest, out var value))
            {
                return false;
            }

            hop = name switch
            {
                _ when name.Equals("for", StringComparison.OrdinalIgnoreCase) => hop with { For = value },
                _ when name.Equals("proto", StringComparison.OrdinalIgnoreCase) => hop with { Proto = value },
                _ when name.Equals("host", StringComparison.OrdinalIgnoreCase) => hop with { Host = value },
                _ => hop,
            };
            rest = rest.TrimStart(" \t");
            if (rest.IsEmpty)
            {
                return true;
            }

            var separator = rest[0];
            if (separator is not (';' or ','))
            {
                return false;
            }

            rest = rest[1..];
            if (separator == ',')
            {
                return true;
            }
        }
    }

    private static bool TryReadValue(ref ReadOnlySpan<char> rest, out string value)
    {
        if (rest is not ['"', ..])
        {
            var end = rest.IndexOfAny(";, \t\"");
            var token = end < 0 ? rest : rest[..end];
            value = token.ToString();
            rest = rest[token.Length..];
            return value.Length > 0;
        }

        var text = new StringBuilder();
        for (var i = 1; i < rest.Length; i++)
        {
            if (rest[i] == '"')
            {
                value = text.ToString();
                rest = rest[(i + 1)..];
                return true;
            }

            if (rest[i] == '\\' && ++i == rest.Length)
            {
                break;
            }

            text.Append(rest[i]);
        }

        value = "";
        return false;
    }

    private static ReadOnlySpan<char> AfterComma(ReadOnlySpan<char> rest) => rest.IndexOf(',') is var comma and >= 0 ? rest[(comma + 1)..] : default;
}
