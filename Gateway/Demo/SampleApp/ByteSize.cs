using System.Globalization;

namespace AppProxy.Gateway.Demo.SampleApp;

/// <summary>A size as people write it: 500, 64KB, 10MB, 1GB (units of 1024).</summary>
internal static class ByteSize
{
    /// <summary>Enough to watch a long download, and still a number that cannot overflow.</summary>
    private const long Largest = 1L << 40;

    public static bool TryParse(ReadOnlySpan<char> text, out long bytes)
    {
        var shift = 0;
        if (text.EndsWith("KB", StringComparison.OrdinalIgnoreCase))
        {
            shift = 10;
        }
        else if (text.EndsWith("MB", StringComparison.OrdinalIgnoreCase))
        {
            shift = 20;
        }
        else if (text.EndsWith("GB", StringComparison.OrdinalIgnoreCase))
        {
            shift = 30;
        }

        var digits = shift == 0 ? text : text[..^2];
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out bytes) || bytes > Largest >> shift)
        {
            return false;
        }

        bytes <<= shift;
        return true;
    }
}
