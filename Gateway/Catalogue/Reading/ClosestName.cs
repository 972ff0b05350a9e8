namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>What somebody who mistyped a name probably meant.</summary>
internal static class ClosestName
{
    /// <summary>" Did you mean 'x'?", or nothing when no name is near.</summary>
    public static string Suggest(string name, IEnumerable<string> names)
    {
        var closest = names
            .Select(candidate => (Name: candidate, Distance: Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .OrderBy(candidate => candidate.Distance)
            .FirstOrDefault();
        // A third of the letters wrong is still a typing error; more is another word.
        return closest.Name is not null && closest.Distance <= Math.Max(2, name.Length / 3) ? $" Did you mean '{closest.Name}'?" : "";
    }

    /// <summary>Levenshtein's distance, one row at a time.</summary>
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var substitution = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitution, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
