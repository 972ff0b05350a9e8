using System.Diagnostics.CodeAnalysis;

namespace AppProxy.Gateway.Broker.Amqp.Authorization;

/// <summary>Finds rules; looked up at each sign-in, so they may come and go with connector groups.</summary>
internal interface IAuthorizationRules
{
    bool TryFind(string keyName, [NotNullWhen(true)] out SharedAccessAuthorizationRule? rule);
}
