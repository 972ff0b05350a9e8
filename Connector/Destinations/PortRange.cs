using System.Globalization;

namespace AppProxy.Connector.Destinations;

/// <summary>A port, or all from one to another.</summary>
internal readonly record struct PortRange(int First, int Last)
{
    public bool Contains(int port) => port >= First && port <= Last;

    public static bool TryParse(string text, out PortRange range)
    {
        range = default;
        var parts = text.Split('-');
        if (parts.Length > 2
            || !ushort.TryParse(parts[0].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !ushort.TryParse(parts[^1].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            || first == 0 || last < first)
        {
            return false;
        }

        range = new PortRange(first, last);
        return true;
    }
}
