using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Gateway.Connectors.Tokens;

namespace AppProxy.Gateway.Connectors.Sealing;

/// <summary>One of a group's keys over time.</summary>
/// <param name="Group">The connector group.</param>
/// <param name="Sequence">Counts up within the group.</param>
/// <param name="Secret">The key itself.</param>
/// <param name="SealsFrom">Gateways use it from then on.</param>
/// <param name="EndsAt">What a gateway sealed with it later is not believed; null while it has no successor.</param>
internal sealed record GroupKey(string Group, int Sequence, GroupSecret Secret, DateTimeOffset SealsFrom, DateTimeOffset? EndsAt)
{
    /// <summary>How long connectors may go on with a key that has ended: they hear of the next one with their next token, or the first message under it.</summary>
    public static readonly TimeSpan AnswersLast = TimeSpan.FromMinutes(10);

    /// <summary>Those of the configuration, the one that seals last; none where it names none.</summary>
    public static IReadOnlyList<GroupKey> ReadConfigured(string group, GroupRuleOptions rule)
        => !GroupSecret.TryParse(rule.SealingKey, out var secret) ? []
            : GroupSecret.TryParse(rule.OtherSealingKey, out var other) ? [new GroupKey(group, 1, other, default, null), new GroupKey(group, 2, secret, default, null)]
            : [new GroupKey(group, 2, secret, default, null)];

    /// <summary>For connectors to hold: the group's key, and that connector's own.</summary>
    public HeldKey For(Guid connector) => new(
        Secret.Id, SealsFrom.ToUnixTimeSeconds(), EndsAt?.ToUnixTimeSeconds(), Convert.ToBase64String(Secret.Down), Convert.ToBase64String(Secret.UpOf(connector)));
}
