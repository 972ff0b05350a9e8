using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Contracts.Transport.Amqp.Messages;

/// <summary>The properties by which a reply finds its request; ids keep the type that they came in.</summary>
internal readonly record struct MessageAddress(AmqpValue MessageId, string? ReplyTo, AmqpValue CorrelationId);
