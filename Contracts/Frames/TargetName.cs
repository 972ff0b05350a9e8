using System.Buffers;

namespace AppProxy.Contracts.Frames;

/// <summary>
/// What a request head calls the app that it is for: its id; and where the app is published with a wildcard, behind a colon, what stands for the star. Never a
/// URL: a connector makes the host of its own wildcard and of labels that can be nothing but labels.
/// </summary>
public static class TargetName
{
    /// <summary>Between the id, which has none, and the star.</summary>
    public const byte Separator = (byte)':';

    /// <summary>RFC 1035 section 2.3.4: of a label.</summary>
    private const int MaxLabel = 63;

    /// <summary>The same for a name, less a dot and one more label.</summary>
    private const int MaxStar = 251;

    private static readonly SearchValues<byte> LabelOctets = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    /// <summary>Splits a name; false when what stands for the star can be no part of a host's name.</summary>
    /// <param name="name">The text of the head.</param>
    /// <param name="id">Id of the app.</param>
    /// <param name="star">One label or several; empty where there is none.</param>
    public static bool TrySplit(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> id, out ReadOnlySpan<byte> star)
    {
        star = default;
        id = name;
        if (name.IndexOf(Separator) is not (>= 0 and var at))
        {
            return true;
        }

        id = name[..at];
        star = name[(at + 1)..];
        return IsStar(star);
    }

    /// <summary>Whether it is one label of a host's name or several: lower case ASCII (names beyond it are punycode by now), digits, '-' and '_'.</summary>
    public static bool IsStar(ReadOnlySpan<byte> star)
    {
        if (star.IsEmpty || star.Length > MaxStar)
        {
            return false;
        }

        foreach (var range in star.Split((byte)'.'))
        {
            var label = star[range];
            if (label.Length is 0 or > MaxLabel || label[0] == '-' || label[^1] == '-' || label.ContainsAnyExcept(LabelOctets))
            {
                return false;
            }
        }

        return true;
    }
}
