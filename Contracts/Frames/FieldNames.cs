using System.Text;

namespace AppProxy.Contracts.Frames;

/// <summary>
/// Strings of field names that were seen before: a field section names the same few dozen again and again. Bounded, learns by
/// itself, and is only ever asked with the exact octets, so a crafted name costs one comparison and nothing more.
/// </summary>
public static class FieldNames
{
    private const int Slots = 512;
    private const int MaxLength = 64;
    private static readonly string?[] Seen = new string?[Slots];

    /// <summary>The name as a string, from ISO 8859-1 octets.</summary>
    public static string Get(ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > MaxLength)
        {
            return Encoding.Latin1.GetString(name);
        }

        ref var slot = ref Seen[Slot(name)];
        var seen = slot;
        if (seen is not null && Ascii.Equals(name, seen))
        {
            return seen;
        }

        return slot = Encoding.Latin1.GetString(name);
    }

    private static int Slot(ReadOnlySpan<byte> name)
    {
        var hash = (uint)name.Length;
        foreach (var octet in name)
        {
            hash = (hash * 31) + octet;
        }

        return (int)(hash % Slots);
    }
}
