namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>A delivery that its receiver gave an outcome.</summary>
internal readonly record struct SettledDelivery(SendingLink Link, object Message, uint DeliveryId);
