namespace AppProxy.Benchmarks.Contenders;

/// <summary>Names on the command line and in the tables, in the order in which they are shown.</summary>
internal static class ContenderNames
{
    public const string App = "app";
    public const string Yarp = "yarp";
    public const string TwoYarps = "yarp2";
    public const string Ssh = "ssh";
    public const string Relay = "relay";

    /// <summary>The same with 10,000 published apps: a request must not cost more for it.</summary>
    public const string RelayOfMany = "relay-10k";

    public static readonly string[] All = [App, Yarp, TwoYarps, Ssh, Relay, RelayOfMany];
}
