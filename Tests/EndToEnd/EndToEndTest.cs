using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd;

/// <summary>Starts the product for one test, and fails the test when the product logged an error that the test did not expect.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public abstract class EndToEndTest
{
    /// <summary>Longest that a test may take, in milliseconds; none waits for time to pass, so this is only for what hangs.</summary>
    protected const int Guard = 20_000;

    private readonly ConcurrentStack<IAsyncDisposable> _started = new();
    private readonly LogRecorder _log = new();
    private readonly HashSet<int> _expectedErrors = [];

    private protected LogRecorder Log => _log;

    [TearDown]
    public async Task StopAsync()
    {
        while (_started.TryPop(out var last))
        {
            await last.DisposeAsync();
        }

        if (TestContext.CurrentContext.Result.Outcome.Status == NUnit.Framework.Interfaces.TestStatus.Failed)
        {
            foreach (var entry in _log.Entries.TakeLast(100))
            {
                await TestContext.Out.WriteLineAsync($"{entry.Level} {entry.Category} [{entry.EventId}] {entry.Text} {entry.Exception}");
            }
        }

        _log.Entries.Where(entry => entry.Level >= LogLevel.Error && !_expectedErrors.Contains(entry.EventId))
            .Select(entry => $"{entry.Category} [{entry.EventId}] {entry.Text} {entry.Exception}")
            .Should().BeEmpty("nothing in this test is our own fault");
    }

    /// <summary>Says that errors with these event ids belong to what is tested.</summary>
    protected void ExpectErrors(params int[] eventIds) => _expectedErrors.UnionWith(eventIds);

    protected async Task<TestEnvironment> StartAsync(Action<TestEnvironmentOptions> configure, CancellationToken cancellationToken)
    {
        var proxy = await TestEnvironment.StartAsync(
            options =>
            {
                options.LoggerProvider = _log.CreateProvider();
                configure(options);
            },
            cancellationToken);
        _started.Push(proxy);
        return proxy;
    }

    /// <summary>Stops <paramref name="started"/> with the test, before what was started earlier.</summary>
    protected T Use<T>(T started)
        where T : IAsyncDisposable
    {
        _started.Push(started);
        return started;
    }

    /// <summary>Sends a request as raw octets and returns what comes back until the gateway closes, one character an octet.</summary>
    protected static async Task<string> ExchangeAsync(TestEnvironment proxy, string request, CancellationToken cancellationToken)
    {
        await using var connection = await proxy.ConnectAsync(cancellationToken);
        await connection.WriteAsync(Encoding.Latin1.GetBytes(request), cancellationToken);
        return await ReadToEndAsync(connection, cancellationToken);
    }

    protected static async Task<string> ReadToEndAsync(NetworkStream connection, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        try
        {
            await connection.CopyToAsync(all, cancellationToken);
        }
        catch (IOException)
        {
            // An abort is an end too; what it means is for the test to say.
        }

        return Encoding.Latin1.GetString(all.ToArray());
    }

    protected static async Task WriteAsync(Stream connection, string text, CancellationToken cancellationToken) =>
        await connection.WriteAsync(Encoding.Latin1.GetBytes(text), cancellationToken);

    /// <summary>Reads until <paramref name="text"/> has come.</summary>
    protected static async Task<string> ReadUntilAsync(Stream stream, string text, CancellationToken cancellationToken)
    {
        var all = new StringBuilder();
        var buffer = new byte[4096];
        while (!all.ToString().Contains(text, StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer, cancellationToken);
            if (count == 0)
            {
                throw new EndOfStreamException($"Ended before '{text}': {all}");
            }

            all.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return all.ToString();
    }
}
