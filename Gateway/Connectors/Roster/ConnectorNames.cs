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

    /// <summary>In no name that <see cref="Clean"/> gives.</summary>
    private const char Retired = '~';

    /// <summary>Whether two names are one: people do not tell them apart by case.</summary>
    public static bool AreSame(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>What a connector without rights is called when another one comes by its name. It is kept: tokens and keys of it may still be about.</summary>
    public static string Retire(string name, string id) => $"{name}{Retired}{id}";

    public static bool IsRetired(string name) => name.Contains(Retired, StringComparison.Ordinal);

    /// <summary>The name that it had.</summary>
    public static string BeforeRetired(string name) => name.Split(Retired)[0];

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
