namespace AppProxy.Gateway.Catalogue.Applying;

/// <summary>Tells a person what was changed, or would be.</summary>
internal static class ApplyReport
{
    public static void Write(ApplyPlan plan, string store, bool isDryRun, TextWriter output)
    {
        foreach (var notice in plan.Notices)
        {
            output.WriteLine(notice);
        }

        foreach (var difference in plan.Differences)
        {
            output.WriteLine($"{SignOf(difference.Kind)} {difference.Subject}");
            foreach (var detail in difference.Details)
            {
                output.WriteLine("    " + detail);
            }
        }

        output.WriteLine(Summary(plan, store, isDryRun));
        if (!plan.Unnamed.IsEmpty)
        {
            output.WriteLine($"The store has more, which the file does not name and --prune would remove: {string.Join(", ", plan.Unnamed)}");
        }
    }

    private static string Summary(ApplyPlan plan, string store, bool isDryRun)
    {
        if (plan.Differences.IsEmpty)
        {
            return $"{store}: nothing to change, {plan.Unchanged} are as the file says";
        }

        var counts = plan.Differences.CountBy(static difference => difference.Kind).ToDictionary();
        var changes = $"{Count(DifferenceKind.Added)} added, {Count(DifferenceKind.Changed)} changed, {Count(DifferenceKind.Removed)} removed, {plan.Unchanged} unchanged";
        return $"{store}: {changes}{(isDryRun ? " (a dry run: nothing was written)" : "")}";

        int Count(DifferenceKind kind) => counts.GetValueOrDefault(kind);
    }

    private static char SignOf(DifferenceKind kind) => kind switch
    {
        DifferenceKind.Added => '+',
        DifferenceKind.Removed => '-',
        _ => '~',
    };
}
