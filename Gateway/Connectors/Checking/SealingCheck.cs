using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Gateway.Connectors.Sealing;
using AppProxy.Gateway.Publishing;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Connectors.Checking;

/// <summary>With what a group's frames are sealed. Nothing is made: gateways draw keys when they need them.</summary>
internal static class SealingCheck
{
    /// <returns>The key that seals now, or one drawn for the check where gateways have not drawn one yet; null where there can be none.</returns>
    public static async Task<GroupSecret?> AddAsync(List<TestStep> steps, string group, NamespaceCheckOptions options, CancellationToken cancellationToken)
    {
        var step = $"sealing {group}";
        if (options.Rules.TryGetValue(group, out var rule) && GroupKey.ReadConfigured(group, rule) is { Count: > 0 } given)
        {
            steps.Add(TestStep.Ok(step, $"Messages are sealed with key {given[^1].Secret} of Gateway:ServiceBusRules:{group}:SealingKey, which connectors must have as Connector:Broker:SealingKey."));
            return given[^1].Secret;
        }

        if (options.StoredKeys is null)
        {
            steps.Add(TestStep.Fail(
                step,
                "There is no key to seal messages with, so the gateway does not relay for this group: the broker is not to read them.",
                $"Give Gateway:Store, so that connectors can enrol and get keys; or Gateway:ServiceBusRules:{group}:SealingKey (openssl rand -base64 32), and the same as Connector:Broker:SealingKey."));
            return null;
        }

        try
        {
            var now = options.Transport.Time.GetUtcNow();
            var kept = (await options.StoredKeys(cancellationToken))
                .Where(key => string.Equals(key.Group, group, StringComparison.OrdinalIgnoreCase) && key.SealsFrom <= now)
                .MaxBy(static key => key.Sequence);
            steps.Add(TestStep.Ok(step, kept is null
                ? "Messages are sealed: the gateway draws the group's key when it relays for it first."
                : $"Messages are sealed with key {kept.Secret}, since {kept.SealsFrom:u}."));
            return kept?.Secret ?? GroupSecret.Create();
        }
        catch (StoreException failure)
        {
            steps.Add(TestStep.Fail(step, $"The keys that seal messages cannot be read: {failure.Message.TrimEnd('.')}.", "Mend the store: without it the gateway does not relay."));
            return null;
        }
    }
}
