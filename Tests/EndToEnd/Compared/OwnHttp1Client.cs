namespace AppProxy.Tests.EndToEnd.Compared;

/// <summary>
/// The one switch for what needs the connector's own HTTP/1.1 client: lines of Differences.approved.txt that begin with [own client], and
/// the tests that say so. Without it those lines are exempt from the comparison, and the tests are reported as ignored.
/// </summary>
internal static class OwnHttp1Client
{
    public const string Reason = "needs the connector's own HTTP/1.1 client";

    /// <summary>True once connectors call HTTP/1.1 apps with it.</summary>
    public static bool IsThere => false;
}
