using AppProxy.Contracts.Transport.Amqp.Performatives;
using AppProxy.Gateway.Broker.Amqp.Authorization;

namespace AppProxy.Gateway.Broker.Amqp.Links;

/// <summary>A link that lasts as long as the right to it.</summary>
internal interface IAuthorizedLink
{
    string Entity { get; }

    /// <summary>Any one of these will do.</summary>
    EntityClaims Claim { get; }

    void Detach(AmqpError error);
}
