namespace AppProxy.Gateway.Broker.Queues;

/// <summary>Why a message is in the dead-letter queue (application properties DeadLetterReason and DeadLetterErrorDescription).</summary>
internal sealed record DeadLetterInfo(string? Reason, string? Description, string? Source = null)
{
    /// <summary>Service Bus' words for the two reasons of its own.</summary>
    public const string MaxDeliveryCountExceeded = "MaxDeliveryCountExceeded";

    /// <inheritdoc cref="MaxDeliveryCountExceeded"/>
    public const string TimeToLiveExpired = "TTLExpiredException";
}
