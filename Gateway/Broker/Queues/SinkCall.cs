using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Broker.Queues;

/// <summary>The next thing a consumer's sink is to be told.</summary>
internal readonly record struct SinkCall(SinkCallKind Kind, BrokerMessage? Message = null, int UnusedCredit = 0, TransportException? Reason = null);

/// <summary>Which member of <see cref="IDeliverySink"/> to call.</summary>
internal enum SinkCallKind : byte
{
    Nothing,
    Deliver,
    Drained,
    Detached,
}
