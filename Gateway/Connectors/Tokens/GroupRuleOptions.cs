namespace AppProxy.Gateway.Connectors.Tokens;

/// <summary>Shared access rules on the three queues of one group: of one name, with a key on each queue.</summary>
internal sealed class GroupRuleOptions
{
    public string KeyName { get; set; } = "connector";

    /// <summary>Of the rule on the requests' queue, with Listen.</summary>
    public string RequestsKey { get; set; } = "";

    /// <summary>Of the rule on the uplinks' queue, with Listen.</summary>
    public string UplinksKey { get; set; } = "";

    /// <summary>Of the rule on the replies' queue, with Send.</summary>
    public string RepliesKey { get; set; } = "";

    /// <summary>Seals the group's frames, for connectors with a key of their configuration: base64 of 32 octets. Without it keys are in the store.</summary>
    public string? SealingKey { get; set; }

    /// <summary>Opens them too, while keys are changed.</summary>
    public string? OtherSealingKey { get; set; }

    /// <summary>Whether anything is said about the rules.</summary>
    internal bool HasRules => RequestsKey.Length > 0 || UplinksKey.Length > 0 || RepliesKey.Length > 0;
}
