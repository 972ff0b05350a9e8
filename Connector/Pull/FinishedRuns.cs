using AppProxy.Contracts.Frames;

namespace AppProxy.Connector.Pull;

/// <summary>The latest runs that ended here. A link that breaks right then gives their requests back to the broker, which delivers them once more when they are over.</summary>
internal sealed class FinishedRuns
{
    /// <summary>More than end between a cut and the delivery after it.</summary>
    private const int Most = 1024;

    private readonly Lock _gate = new();
    private (ExchangeId Exchange, ushort Send)[] _runs = new (ExchangeId, ushort)[16];
    private int _count;

    public void Add(ExchangeId exchange, ushort send)
    {
        lock (_gate)
        {
            if (_count == _runs.Length && _count < Most)
            {
                Array.Resize(ref _runs, _count * 4);
            }

            _runs[_count++ & (_runs.Length - 1)] = (exchange, send);
            if (_count == 2 * Most)
            {
                // Full it stays.
                _count = Most;
            }
        }
    }

    public bool Contains(ExchangeId exchange, ushort send)
    {
        lock (_gate)
        {
            return _runs.AsSpan(0, Math.Min(_count, _runs.Length)).Contains((exchange, send));
        }
    }
}
