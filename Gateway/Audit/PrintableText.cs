using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace AppProxy.Gateway.Audit;

/// <summary>What strangers wrote, as every server takes it and no terminal obeys it: PostgreSQL has no place for NUL, or for half a character.</summary>
internal static class PrintableText
{
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
            var next = Rune.IsControl(rune) ? new Rune(' ') : rune;
            if (clean.Length + next.Utf16SequenceLength > most)
            {
                break;
            }

            clean.Append(next);
        }

        return clean.ToString();
    }
}
