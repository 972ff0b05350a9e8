using AppProxy.Contracts.Frames;

namespace AppProxy.Connector.Pull;

/// <summary>The latest runs that ended here. A link that breaks right then gives their requests back to the broker, which delivers them once more when they are over.</summary>
internal sealed class FinishedRuns
{
    /// <summary>More than end between a cut and the delivery after it.</summary>
    private const int Most = 1024;

    private readonly Lock _gate = new();
    private readonly Queue<(ExchangeId Exchange, ushort Send)> _runs = new();

    public void Add(ExchangeId exchange, ushort send)
    {
        lock (_gate)
        {
            if (_runs.Count == Most)
            {
                _runs.Dequeue();
            }

            _runs.Enqueue((exchange, send));
        }
    }

    public bool Contains(ExchangeId exchange, ushort send)
    {
        lock (_gate)
        {
            return _runs.Contains((exchange, send));
        }
    }
}
