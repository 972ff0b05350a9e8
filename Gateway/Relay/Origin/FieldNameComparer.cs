namespace AppProxy.Gateway.Relay.Origin;

/// <summary>Names of fields as an app may read them: case does not count, and <c>_</c> is <c>-</c>.</summary>
internal sealed class FieldNameComparer : IEqualityComparer<string>
{
    public static readonly FieldNameComparer Instance = new();

    private FieldNameComparer()
    {
    }

    public static bool AreEqual(ReadOnlySpan<char> x, ReadOnlySpan<char> y)
    {
        if (x.Length != y.Length)
        {
            return false;
        }

        for (var i = 0; i < x.Length; i++)
        {
            if (x[i] != y[i] && Fold(x[i]) != Fold(y[i]))
            {
                return false;
            }
        }

        return true;
    }

    public bool Equals(string? x, string? y) => AreEqual(x, y);

    public int GetHashCode(string name)
    {
        var hash = (uint)name.Length;
        foreach (var character in name)
        {
            hash = (hash * 31) + Fold(character);
        }

        return (int)hash;
    }

    private static char Fold(char character) => character switch
    {
        >= 'A' and <= 'Z' => (char)(character | 0x20),
        '_' => '-',
        _ => character,
    };
}
