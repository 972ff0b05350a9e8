using System.Diagnostics.CodeAnalysis;

namespace AppProxy.Gateway.Broker.Queues;

/// <summary>The broker's queues by name. In memory on purpose (see the folder's README). All members are safe from any thread.</summary>
internal sealed class QueueEngine : IDisposable
{
    /// <summary>Path below a queue under which its dead-letter queue is reached.</summary>
    public const string DeadLetterSuffix = "/$DeadLetterQueue";

    public QueueEngine(QueueEngineOptions options, TimeProvider time)
    {
        Options = options;
        Time = time;
    }

    public QueueEngineOptions Options { get; }

    public TimeProvider Time { get; }

    /// <summary>Cancelled when the engine is disposed, before consumers are told.</summary>
    public CancellationToken Stopping => throw new NotImplementedException();

    /// <summary>Every queue there is, without dead-letter queues; a snapshot.</summary>
    public IReadOnlyCollection<MessageQueue> Queues => throw new NotImplementedException();

    /// <summary>Makes the queue, or gives back the one of that name as it is.</summary>
    public MessageQueue GetOrCreate(QueueOptions options) => throw new NotImplementedException();

    /// <summary>Finds a queue by name, or a dead-letter queue by its path.</summary>
    public bool TryFind(string path, [NotNullWhen(true)] out MessageQueue? queue) => throw new NotImplementedException();

    /// <summary>Removes a queue with all it holds; its consumers are told EntityNotFound.</summary>
    public bool Delete(string name) => throw new NotImplementedException();

    /// <summary>Ends every consumer with ConnectionLost and drops every message.</summary>
    public void Dispose() => throw new NotImplementedException();
}
