using System.Text;
using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Queues;

namespace AppProxy.Tests.Gateway.Broker.Queues;

/// <summary>Writes down what it is told, on whatever thread; keeps messages until <see cref="ReleaseAll"/>.</summary>
internal sealed class RecordingSink : IDeliverySink
{
    private readonly Lock _gate = new();
    private readonly List<BrokerMessage> _messages = [];
    private readonly List<string> _log = [];

    public Action<BrokerMessage>? OnDeliver { get; set; }

    public TransportException? Reason { get; private set; }

    public IReadOnlyList<BrokerMessage> Messages
    {
        get
        {
            lock (_gate)
            {
                return [.. _messages];
            }
        }
    }

    /// <summary>Texts of deliveries, "drained N", "detached".</summary>
    public IReadOnlyList<string> Log
    {
        get
        {
            lock (_gate)
            {
                return [.. _log];
            }
        }
    }

    public void Deliver(BrokerMessage message)
    {
        lock (_gate)
        {
            _messages.Add(message);
            _log.Add(TextOf(message));
        }

        OnDeliver?.Invoke(message);
    }

    public void Drained(int unusedCredit)
    {
        lock (_gate)
        {
            _log.Add($"drained {unusedCredit}");
        }
    }

    public void Evict(TransportException reason)
    {
        lock (_gate)
        {
            _log.Add("evicted");
        }
    }

    public void Detached(TransportException? reason)
    {
        lock (_gate)
        {
            Reason = reason;
            _log.Add("detached");
        }
    }

    public void ReleaseAll()
    {
        foreach (var message in Messages)
        {
            message.Release();
        }
    }

    public static string TextOf(BrokerMessage message) => Encoding.UTF8.GetString(message.Body.Span);
}
