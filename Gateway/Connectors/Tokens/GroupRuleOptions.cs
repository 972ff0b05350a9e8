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
}
