using AppProxy.Gateway.Processes;
using AppProxy.Tests.Gateway.Catalogue;
using FluentAssertions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Processes;

[TestFixture]
internal sealed class WatchedStateTests
{
    [Test, CancelAfter(20_000)]
    public async Task What_fails_once_is_told_and_looked_at_again(CancellationToken cancellationToken)
    {
        var time = new FakeTimeProvider();
        var logger = new RecordingLogger<State>();
        using var state = new State(time, logger);
        await state.StartingAsync(cancellationToken);

        time.Advance(TimeSpan.FromSeconds(1));
        (await logger.NextAsync(LogLevel.Error, cancellationToken)).Should().Be("State could not be read again, and stays as it was");
        while (!state.Again.IsCompleted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await state.StoppedAsync(cancellationToken);
    }

    private sealed class State(TimeProvider time, ILogger logger) : WatchedState(TimeSpan.FromSeconds(1), time, logger)
    {
        private readonly TaskCompletionSource _again = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _hasFailed;

        public Task Again => _again.Task;

        public override Task LoadAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        protected override Task LookAgainAsync(CancellationToken cancellationToken)
        {
            if (!_hasFailed)
            {
                _hasFailed = true;
                throw new InvalidOperationException("a bug");
            }

            _again.TrySetResult();
            return Task.CompletedTask;
        }
    }
}
