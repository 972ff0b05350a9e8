using System.IO.Pipes;
using AppProxy.Connector.Hosting;
using FluentAssertions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Connector.Hosting;

[TestFixture]
internal sealed class ParentLifetimeTests
{
    private readonly FakeTimeProvider _time = new();

    [Test]
    [CancelAfter(20_000)]
    public async Task Stops_when_the_parent_is_gone_and_not_before(CancellationToken cancellationToken)
    {
        await using var parent = new AnonymousPipeServerStream(PipeDirection.Out);
        await using var input = new AnonymousPipeClientStream(PipeDirection.In, parent.ClientSafePipeHandle);
        var lifetime = new RecordingLifetime();
        var ended = 0;
        var watch = new ParentLifetime(input, () => ended++, lifetime, _time, NullLogger<ParentLifetime>.Instance);
        await watch.StartAsync(cancellationToken);
        await parent.WriteAsync("input is ignored\n"u8.ToArray(), cancellationToken);
        lifetime.Stopping.IsCompleted.Should().BeFalse();

        await parent.DisposeAsync();

        await lifetime.Stopping.WaitAsync(cancellationToken);
        _time.Advance(TimeSpan.FromSeconds(39));
        ended.Should().Be(0, "it has time to stop in order");
        _time.Advance(TimeSpan.FromSeconds(1));
        ended.Should().Be(1, "but not for ever");
    }

    private sealed class RecordingLifetime : IHostApplicationLifetime
    {
        private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Stopping => _stopping.Task;

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopping.TrySetResult();
    }
}
