namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>A whole delivery. Its receiver owns the buffer's reference.</summary>
/// <param name="DeliveryId">Names it in dispositions.</param>
/// <param name="Settled">The sender wants to hear nothing of it.</param>
/// <param name="MessageFormat">0, or that of a batch.</param>
/// <param name="Buffer">Holds the message.</param>
/// <param name="Length">Bytes of the message, from the start of the buffer.</param>
internal readonly record struct IncomingDelivery(uint DeliveryId, bool Settled, uint MessageFormat, PooledBuffer Buffer, int Length);
