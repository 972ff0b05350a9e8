namespace AppProxy.Contracts.Transport.Amqp.Performatives;

/// <summary>snd-settle-mode of a link.</summary>
internal enum SenderSettleMode : byte
{
    Unsettled = 0,
    Settled = 1,
    Mixed = 2,
}

/// <summary>rcv-settle-mode of a link: whether the receiver settles first, or only after the sender did.</summary>
internal enum ReceiverSettleMode : byte
{
    First = 0,
    Second = 1,
}
