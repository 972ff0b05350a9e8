namespace AppProxy.Contracts.Transport;

/// <summary>Names of a connector group's three queues (DESIGN.md section 3).</summary>
public static class EntityNames
{
    /// <summary>Request heads: sent by gateways, received by the group's connectors, competing. Peek-lock.</summary>
    public static string Requests(string group) => "requests." + group;

    /// <summary>Connectors' frames: each gateway instance holds its own session. Receive-and-delete.</summary>
    public static string Replies(string group) => "replies." + group;

    /// <summary>
    /// Gateways' frames: each connector instance holds its own session. Peek-lock, each message settled as soon as it is read: what a broken
    /// connection had on its way comes again on the next one, and what comes twice is ignored (Contracts/README.md, section 5).
    /// </summary>
    public static string Uplinks(string group) => "uplinks." + group;
}
