using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace AppProxy.Gateway.Diagnostics;

/// <summary>What strangers wrote, as one line that every server takes and no terminal obeys: PostgreSQL has no place for NUL, or for half a character. What moves a cursor, breaks the line, turns the direction of writing or cannot be seen becomes a space.</summary>
internal static class PrintableText
{
    /// <summary>For what stands in a line of the log.</summary>
    public const int LineLength = 512;

    [return: NotNullIfNotNull(nameof(text))]
    public static string? Cut(string? text, int most)
    {
        if (text is null)
        {
            return null;
        }

        var clean = new StringBuilder(Math.Min(text.Length, most));
        foreach (var rune in text.EnumerateRunes())
        {
            var next = IsPrintable(rune) ? rune : new Rune(' ');
            if (clean.Length + next.Utf16SequenceLength > most)
            {
                break;
            }

            clean.Append(next);
        }

        return clean.ToString();
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
