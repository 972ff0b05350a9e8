using System.CommandLine;
using System.Globalization;
using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Audit.Storage;

namespace AppProxy.Gateway.Commands;

/// <summary>The verb about the sign-in log.</summary>
internal static class LogCommands
{
    public static Command Create() => new("log", "What people and operators did.") { CreateSignIns() };

    private static Command CreateSignIns()
    {
        var app = new Option<string?>("--app") { Description = "Of this app only.", HelpName = "APP" };
        var user = new Option<string?>("--user") { Description = "Of this person only: id or user principal name.", HelpName = "USER" };
        var since = new Option<string?>("--since") { Description = "Since then: so long ago, such as 30m, 12h or 7d, or a date.", HelpName = "WHEN" };
        var kind = new Option<AuditKind?>("--kind") { Description = "Of this kind only." };
        var reference = new Option<string?>("--reference") { Description = "The one whose reference a page showed.", HelpName = "REFERENCE" };
        var most = new Option<int>("--most") { Description = "The newest that many.", HelpName = "N", DefaultValueFactory = static _ => 100 };
        var json = new Option<bool>("--json") { Description = "A JSON object a line, for programs." };
        var store = StoreOption.Create();
        var signIns = new Command("signins", "Shows who signed in, was turned away, signed out, and what operators changed.") { app, user, since, kind, reference, most, json, store };
        signIns.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(most) is var count and (< 1 or > 1_000_000))
            {
                throw new CommandException($"--most {count} must be a number from 1 to 1000000");
            }

            var choice = await StoreChoice.OpenAsync(parsed.GetValue(store), cancellationToken);
            var rows = await new AuditDatabase(choice.Store).FindAsync(
                new AuditQuery
                {
                    App = parsed.GetValue(app),
                    User = parsed.GetValue(user),
                    Since = ReadSince(parsed.GetValue(since), TimeProvider.System.GetUtcNow()),
                    Kind = parsed.GetValue(kind),
                    Reference = parsed.GetValue(reference),
                    Most = parsed.GetValue(most),
                },
                cancellationToken);
            rows.Reverse();
            Action<IEnumerable<AuditRow>, TextWriter> write = parsed.GetValue(json) ? AuditReport.WriteJson : AuditReport.WriteTable;
            write(rows, parsed.InvocationConfiguration.Output);
        });
        return signIns;
    }

    private static DateTimeOffset? ReadSince(string? text, DateTimeOffset now)
    {
        if (text is null)
        {
            return null;
        }

        if (Age.TryRead(text, out var age))
        {
            return now - age;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var when)
            ? when
            : throw new CommandException($"--since '{text}' must be a time ago, such as 30m, 12h or 7d, or a date such as 2026-11-23 or 2026-11-23T08:00Z");
    }
}
