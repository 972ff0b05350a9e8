using System.Globalization;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Connectors.Calls;
using AppProxy.Gateway.Diagnostics;

namespace AppProxy.Gateway.Connectors.Roster;

/// <summary>
/// Makes of what a connector says of itself what may be kept, summed up and shown at a terminal: numbers that can be, texts that are short and can be
/// printed, and of apps those of its group only. It may just have lost one, so others are left out and no mistake.
/// </summary>
internal static class PresenceIntake
{
    private const int MaxCount = 10_000_000;
    private const int MaxText = 200;
    private const int MaxVersion = 64;

    /// <summary>A century: a machine whose clock begins at 1970 is told so, not refused.</summary>
    private const long MaxClockOffset = 100L * 366 * 24 * 60 * 60 * 1000;

    /// <param name="report">As it came.</param>
    /// <param name="isOfGroup">Whether an app is one of the connector's group.</param>
    /// <exception cref="CallRefusedException">It cannot be true.</exception>
    public static PresenceReport Take(PresenceReport report, Func<string, bool> isOfGroup)
    {
        CheckCount("slots", report.Slots);
        CheckCount("busySlots", report.BusySlots);
        CheckCount("streams", report.Streams);
        Check("clockOffset", report.ClockOffset, -MaxClockOffset, MaxClockOffset);
        var apps = new Dictionary<string, AppReach>(StringComparer.OrdinalIgnoreCase);
        foreach (var (app, reach) in report.Apps)
        {
            // An app without a word about it is one that was not tried.
            if (reach is not null && isOfGroup(app))
            {
                apps[app] = reach with
                {
                    Problem = PrintableText.Cut(reach.Problem, MaxText),
                    TlsProblem = PrintableText.Cut(reach.TlsProblem, MaxText),
                    ConnectTime = reach.ConnectTime is >= 0 and < MaxCount ? reach.ConnectTime : null,
                };
            }
        }

        return report with { Version = PrintableText.Cut(report.Version, MaxVersion), Apps = apps };
    }

    private static void CheckCount(string name, int value) => Check(name, value, 0, MaxCount);

    private static void Check(string name, long value, long least, long most)
    {
        if (value < least || value > most)
        {
            throw new CallRefusedException(CallFault.BadRequest, string.Create(CultureInfo.InvariantCulture, $"The report's {name} must be from {least} to {most}."));
        }
    }
}
