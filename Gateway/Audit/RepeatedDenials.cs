namespace AppProxy.Gateway.Audit;

/// <summary>
/// Denials of nobody known: anybody makes up as many as they like, so of each address and outcome the first within a minute is written, and after the minute
/// the last, with how many there were.
/// </summary>
internal sealed class RepeatedDenials
{
    /// <summary>Whoever comes from yet another address is one of many.</summary>
    private const int MostAddresses = 10_000;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string? Address, string Outcome), Repeated> _repeated = [];

    /// <summary>Whether this is about such an event.</summary>
    public static bool Are(AuditEvent what) => what is { Kind: AuditKind.Denial, User: null };

    /// <returns>Whether it is the first; others are counted.</returns>
    public bool IsFirst(AuditEvent what, DateTimeOffset now)
    {
        lock (_lock)
        {
            var key = (what.Address, what.Outcome);
            if (!_repeated.TryGetValue(key, out var repeated) && _repeated.Count >= MostAddresses)
            {
                key.Address = null;
                _repeated.TryGetValue(key, out repeated);
            }

            if (repeated is null)
            {
                _repeated.Add(key, new Repeated(now));
                return true;
            }

            repeated.Count++;
            repeated.Last = what;
            return false;
        }
    }

    /// <summary>Of the minutes that are over, the last of what was repeated.</summary>
    public IReadOnlyList<AuditEvent> Take(DateTimeOffset now)
    {
        List<AuditEvent>? taken = null;
        lock (_lock)
        {
            foreach (var (key, repeated) in _repeated)
            {
                if (now - repeated.Since < Minute)
                {
                    continue;
                }

                _repeated.Remove(key);
                if (repeated.Last is { } last)
                {
                    (taken ??= []).Add(last with { Address = key.Address, Detail = FormattableString.Invariant($"{repeated.Count} more within a minute, this is the last; {last.Detail}") });
                }
            }
        }

        return taken ?? (IReadOnlyList<AuditEvent>)[];
    }

    private sealed class Repeated(DateTimeOffset since)
    {
        public DateTimeOffset Since => since;

        public int Count { get; set; }

        public AuditEvent? Last { get; set; }
    }
}
