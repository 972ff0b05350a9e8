using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace AppProxy.Tests.EndToEnd;

/// <summary>Keeps what gateway and connectors log, to be asked and to be awaited.</summary>
internal sealed class LogRecorder
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();
    private readonly ConcurrentDictionary<TaskCompletionSource<LogEntry>, Func<LogEntry, bool>> _waiters = new();

    public IEnumerable<LogEntry> Entries => _entries;

    /// <summary>The first entry, logged already or yet to come, of which <paramref name="condition"/> holds.</summary>
    public Task<LogEntry> WaitForAsync(Func<LogEntry, bool> condition, CancellationToken cancellationToken)
    {
        var waiter = new TaskCompletionSource<LogEntry>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiters[waiter] = condition;
        if (_entries.FirstOrDefault(condition) is { } entry)
        {
            waiter.TrySetResult(entry);
        }

        return waiter.Task.WaitAsync(cancellationToken);
    }

    public ILoggerProvider CreateProvider() => new Provider(this);

    private void Add(LogEntry entry)
    {
        _entries.Enqueue(entry);
        foreach (var (waiter, condition) in _waiters)
        {
            if (condition(entry) && _waiters.TryRemove(waiter, out _))
            {
                waiter.TrySetResult(entry);
            }
        }
    }

    private sealed class Provider(LogRecorder recorder) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Logger(recorder, categoryName);

        public void Dispose()
        {
        }
    }

    private sealed class Logger(LogRecorder recorder, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information || category.StartsWith("AppProxy", StringComparison.Ordinal);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                recorder.Add(new LogEntry(category, logLevel, eventId.Id, formatter(state, exception), exception));
            }
        }
    }
}
