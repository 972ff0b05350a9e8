using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace AppProxy.Gateway.Broker.Amqp.Authorization;

/// <summary>The rules of <see cref="BrokerOptions"/>.</summary>
internal sealed class ConfiguredRules(IOptions<BrokerOptions> options) : IAuthorizationRules
{
    private readonly FrozenDictionary<string, SharedAccessAuthorizationRule> _rules =
        options.Value.AuthorizationRules.ToFrozenDictionary(rule => rule.KeyName, StringComparer.Ordinal);

    public bool TryFind(string keyName, [NotNullWhen(true)] out SharedAccessAuthorizationRule? rule) => _rules.TryGetValue(keyName, out rule);
}
