using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using AppProxy.Contracts.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace AppProxy.Gateway.Broker.Queues;

/// <summary>The broker's queues by name. In memory on purpose (see the folder's README). All members are safe from any thread.</summary>
internal sealed partial class QueueEngine : IDisposable
{
    /// <summary>Path below a queue under which its dead-letter queue is reached.</summary>
    public const string DeadLetterSuffix = "/$DeadLetterQueue";

    // Service Bus' limit for the path of an entity.
    private const int MaxNameLength = 260;

    private readonly ConcurrentDictionary<string, MessageQueue> _queues = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _changes = new();
    private readonly BrokerClock _clock;
    private readonly MemoryBudget _budget;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private bool _disposed;

    public QueueEngine(QueueEngineOptions options, TimeProvider time, ILogger<QueueEngine>? logger = null)
    {
        Options = options;
        _clock = new BrokerClock(time);
        _budget = new MemoryBudget(options.MaxSizeInBytes);
        _logger = logger ?? NullLogger<QueueEngine>.Instance;
        Stopping = _stopping.Token;
    }

    public QueueEngineOptions Options { get; }

    public TimeProvider Time => _clock.Time;

    /// <summary>Cancelled when the engine is disposed, after its consumers were told.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Bytes that all queues hold right now.</summary>
    public long SizeInBytes => _budget.Used;

    /// <summary>Every queue there is, without dead-letter queues; a snapshot.</summary>
    public IReadOnlyCollection<MessageQueue> Queues => _queues.Values.ToArray();

    /// <summary>Makes the queue, or gives back the one of that name as it is.</summary>
    public MessageQueue GetOrCreate(QueueOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(options.Name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Name.Length, MaxNameLength);
        lock (_changes)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_queues.TryGetValue(options.Name, out var queue))
            {
                queue = new MessageQueue(options, _clock, _budget, _logger);
                _queues[options.Name] = queue;
                LogCreated(_logger, options.Name);
            }

            return queue;
        }
    }

    /// <summary>Finds a queue by name, or a dead-letter queue by its path.</summary>
    public bool TryFind(string path, [NotNullWhen(true)] out MessageQueue? queue)
    {
        if (_queues.TryGetValue(path, out queue))
        {
            return true;
        }

        if (path.EndsWith(DeadLetterSuffix, StringComparison.OrdinalIgnoreCase) && _queues.TryGetValue(path[..^DeadLetterSuffix.Length], out queue))
        {
            queue = queue.DeadLetterQueue;
        }

        return queue is not null;
    }

    /// <summary>Removes a queue with all it holds; its consumers are told EntityNotFound.</summary>
    public bool Delete(string name)
    {
        if (!_queues.TryRemove(name, out var queue))
        {
            return false;
        }

        queue.Shutdown(new TransportException(TransportFailure.EntityNotFound, $"Queue '{name}' was deleted."));
        LogDeleted(_logger, name);
        return true;
    }

    /// <summary>Ends every consumer with ConnectionLost and drops every message.</summary>
    public void Dispose()
    {
        lock (_changes)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        foreach (var name in _queues.Keys)
        {
            if (_queues.TryRemove(name, out var queue))
            {
                queue.Shutdown(new TransportException(TransportFailure.ConnectionLost, "The broker stopped."));
            }
        }

        _stopping.Cancel();
        _stopping.Dispose();
    }
}
