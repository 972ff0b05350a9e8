using Microsoft.Extensions.Logging;

namespace AppProxy.Tests.EndToEnd;

/// <summary>One line of a log.</summary>
internal sealed record LogEntry(string Category, LogLevel Level, int EventId, string Text, Exception? Exception);
