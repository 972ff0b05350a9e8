using System.Globalization;

namespace AppProxy.Gateway.Commands;

/// <summary>A time as people type it: <c>30m</c>, <c>12h</c>, <c>7d</c>.</summary>
internal static class Age
{
    private const int MostDays = 36_500;

    public static bool TryRead(string text, out TimeSpan age)
    {
        age = default;
        var unit = text is [.., var last]
            ? last switch { 'm' => TimeSpan.FromMinutes(1), 'h' => TimeSpan.FromHours(1), 'd' => TimeSpan.FromDays(1), _ => default }
            : default;
        if (unit == default || !int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > TimeSpan.FromDays(MostDays) / unit)
        {
            return false;
        }

        age = number * unit;
        return true;
    }
}
