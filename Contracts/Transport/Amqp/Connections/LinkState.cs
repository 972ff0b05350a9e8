namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>Where a link is in its life.</summary>
internal enum LinkState : byte
{
    /// <summary>One side has said attach.</summary>
    Attaching,

    /// <summary>Both sides have.</summary>
    Attached,

    /// <summary>We have said detach, and wait for the peer's; what it still sends is dropped.</summary>
    Detaching,

    /// <summary>Over.</summary>
    Detached,
}
