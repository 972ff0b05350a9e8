using System.Globalization;

namespace AppProxy.Gateway.Connectors.Roster;

/// <summary>Names of connectors, as people say them.</summary>
internal static class ConnectorNames
{
    private const int MaxLength = 100;

    /// <summary>What a connector asks to be called, cut to what fits on a line and in a log.</summary>
    public static string Clean(string wish)
    {
        var name = new string([.. wish.Where(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.').Take(MaxLength)]);
        return name.Length > 0 ? name : "connector";
    }

    /// <summary>The name, or the first free one of name-2, name-3 and so on.</summary>
    public static string MakeUnique(string name, IEnumerable<string> taken)
    {
        var others = taken.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var unique = name;
        for (var number = 2; others.Contains(unique); number++)
        {
            unique = string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");
        }

        return unique;
    }
}
