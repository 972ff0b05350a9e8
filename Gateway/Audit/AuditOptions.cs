namespace AppProxy.Gateway.Audit;

/// <summary>Section <c>Gateway:SignInLog</c>.</summary>
internal sealed class AuditOptions
{
    /// <summary>How long the store keeps it.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    public void Check(List<string> mistakes)
    {
        if (Retention < TimeSpan.FromHours(1) || Retention > TimeSpan.FromDays(3660))
        {
            mistakes.Add($"Gateway:SignInLog:Retention is {Retention}: give a time from 01:00:00 to 3660.00:00:00, such as 30.00:00:00 for thirty days.");
        }
    }
}
