using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Connectors.Tokens;

namespace AppProxy.Gateway.Connectors.Checking;

/// <summary>A key with which a connector's tokens for one queue are made.</summary>
/// <param name="Entity">The queue.</param>
/// <param name="Setting">Where the key comes from.</param>
/// <param name="Name">Of the rule.</param>
/// <param name="Key">Secret.</param>
internal sealed record QueueKey(GroupEntity Entity, string Setting, string Name, string Key)
{
    public static IReadOnlyList<QueueKey> Of(string group, GroupRuleOptions rule)
    {
        var setting = $"Gateway:ServiceBusRules:{group}";
        return
        [
            new(GroupEntity.Requests(group), $"{setting}:RequestsKey", rule.KeyName, rule.RequestsKey),
            new(GroupEntity.Uplinks(group), $"{setting}:UplinksKey", rule.KeyName, rule.UplinksKey),
            new(GroupEntity.Replies(group), $"{setting}:RepliesKey", rule.KeyName, rule.RepliesKey),
        ];
    }

    /// <summary>A key of the embedded broker, which is for all three.</summary>
    public static IReadOnlyList<QueueKey> Of(string name, string group, string key)
        => [.. ((GroupEntity[])[GroupEntity.Requests(group), GroupEntity.Uplinks(group), GroupEntity.Replies(group)]).Select(entity => new QueueKey(entity, $"Gateway:Broker:ConnectorKeys:{name}", name, key))];

    public bool IsSameAs(QueueKey other) => Name == other.Name && Key == other.Key;

    /// <summary>Without the key.</summary>
    public override string ToString() => Setting;
}

/// <summary>One of a group's queues, from a connector's side.</summary>
/// <param name="Name">Of the queue.</param>
/// <param name="Mode">How it is received from.</param>
/// <param name="HasSessions">Whether messages belong to sessions.</param>
/// <param name="IsSentTo">Whether connectors send there; else they listen.</param>
internal sealed record GroupEntity(string Name, ReceiveMode Mode, bool HasSessions, bool IsSentTo)
{
    public static GroupEntity Requests(string group) => new(EntityNames.Requests(group), ReceiveMode.PeekLock, HasSessions: false, IsSentTo: false);

    public static GroupEntity Uplinks(string group) => new(EntityNames.Uplinks(group), ReceiveMode.PeekLock, HasSessions: true, IsSentTo: false);

    public static GroupEntity Replies(string group) => new(EntityNames.Replies(group), ReceiveMode.ReceiveAndDelete, HasSessions: true, IsSentTo: true);

    /// <summary>What a connector does there.</summary>
    public string Right => IsSentTo ? "Send" : "Listen";

    /// <summary>What it must not be able to do.</summary>
    public string OtherRight => IsSentTo ? "Listen" : "Send";
}
