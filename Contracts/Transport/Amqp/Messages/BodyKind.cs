namespace AppProxy.Contracts.Transport.Amqp.Messages;

/// <summary>What a message's body is made of.</summary>
internal enum BodyKind : byte
{
    None,

    /// <summary>One data section: what the relay and nearly everybody else send.</summary>
    Data,

    /// <summary>Several data sections; the body is all of them in a row.</summary>
    ManyData,
    Value,
    Sequence,
}
