using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>Makes our end of the links that a peer attaches.</summary>
internal interface ILinkAcceptor
{
    /// <summary>Makes the link; the engine then calls its <see cref="AmqpLink.OnPeerAttached"/>, which accepts or refuses, at once or later.</summary>
    AmqpLink CreateLink(AmqpSession session, Attach attach);
}
