namespace AppProxy.Contracts.Frames;

/// <summary>Fields that concern one connection and never cross a proxy (RFC 9110 section 7.6.1).</summary>
public static class HopByHop
{
    /// <summary>Whether the field always concerns only its connection.</summary>
    public static bool IsConnectionField(string name) => name.Length switch
    {
        2 => Is(name, "TE"),
        7 => Is(name, "Upgrade"),
        10 => Is(name, "Connection") || Is(name, "Keep-Alive"),
        16 => Is(name, "Proxy-Connection"),
        17 => Is(name, "Transfer-Encoding"),
        _ => false,
    };

    /// <summary>Whether a comma-separated list, such as Connection's value, names <paramref name="option"/>.</summary>
    public static bool Lists(ReadOnlySpan<char> list, ReadOnlySpan<char> option)
    {
        foreach (var part in list.Split(','))
        {
            if (list[part].Trim().Equals(option, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Is(string name, string field) => name.Equals(field, StringComparison.OrdinalIgnoreCase);
}
