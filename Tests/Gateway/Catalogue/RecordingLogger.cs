using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace AppProxy.Tests.Gateway.Catalogue;

/// <summary>Hands out what was logged, to be awaited.</summary>
internal sealed class RecordingLogger<T> : ILogger<T>
{
    private readonly Channel<(LogLevel Level, string Text)> _lines = Channel.CreateUnbounded<(LogLevel, string)>();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        => _lines.Writer.TryWrite((logLevel, formatter(state, exception)));

    public async Task<string> NextAsync(LogLevel level, CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = await _lines.Reader.ReadAsync(cancellationToken);
            if (line.Level == level)
            {
                return line.Text;
            }
        }
    }
}
