namespace AppProxy.Contracts.Transport.Sealing;

/// <summary>
/// A handler that also hears what connectors say that lost their rights. Nothing of it is to be believed or done; but what they say they have, somebody
/// else must get.
/// </summary>
internal interface IRevokedMessageHandler
{
    /// <summary>Such a message, for the time of the call. It was refused already.</summary>
    void OnRevoked(InboundMessage message);
}
