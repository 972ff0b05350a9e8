namespace AppProxy.Contracts.Transport.Amqp.Performatives;

/// <summary>Which delivery state it is.</summary>
internal enum DeliveryOutcome : byte
{
    /// <summary>No state was given.</summary>
    None,

    /// <summary>Not an outcome: part of the delivery has arrived.</summary>
    Received,
    Accepted,
    Rejected,
    Released,
    Modified,

    /// <summary>A state from outside the core, such as a transactional one.</summary>
    Unknown,
}
