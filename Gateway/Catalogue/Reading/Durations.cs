using System.Globalization;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Reads a duration and holds it within its bounds.</summary>
internal static class Durations
{
    public static TimeSpan? Read(string? value, TimeSpan min, TimeSpan max, string path, Findings findings)
    {
        if (value is null)
        {
            return null;
        }

        // Without a colon the framework would take "30" for 30 days.
        if (!value.Contains(':', StringComparison.Ordinal)
            || !TimeSpan.TryParseExact(value, "c", CultureInfo.InvariantCulture, out var duration))
        {
            findings.Problem(path, $"'{value}' must be a duration, hh:mm:ss, such as 00:00:30");
            return null;
        }

        if (duration < min || duration > max)
        {
            findings.Problem(path, $"'{value}' must be between {min:c} and {max:c}");
            return null;
        }

        return duration;
    }
}
