using System.Collections.Concurrent;
using AppProxy.Contracts.Transport;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Transport;

[TestFixture]
[CancelAfter(30_000)]
public sealed class TransportSupervisorTests
{
    private ObservedTimeProvider _time = null!;
    private RecordingLinkOwner _links = null!;
    private readonly ConcurrentQueue<FakeTransport> _opened = new();
    private CancellationTokenSource _stopping = null!;

    [SetUp]
    public void Prepare()
    {
        _stopping = new CancellationTokenSource();
        _opened.Clear();
        _time = new ObservedTimeProvider();
        _links = new RecordingLinkOwner();
    }

    [TearDown]
    public void CleanUp() => _stopping.Dispose();

    [Test]
    public async Task A_stop_closes_the_links_and_then_the_transport(CancellationToken cancellation)
    {
        var (_, running) = Start(Connect);
        (await _links.NextAsync(cancellation)).Should().Be("open");

        await _stopping.CancelAsync();

        (await _links.NextAsync(cancellation)).Should().Be("close");
        await running.WaitAsync(cancellation);
        Opened(0).Disposed.IsCompleted.Should().BeTrue();
    }

    [Test]
    public async Task A_lost_transport_is_opened_anew_at_once(CancellationToken cancellation)
    {
        var (_, running) = Start(Connect);
        (await _links.NextAsync(cancellation)).Should().Be("open");

        Opened(0).Lose();

        (await _links.NextAsync(cancellation)).Should().Be("lost");
        (await _links.NextAsync(cancellation)).Should().Be("open");
        Opened(0).Disposed.IsCompleted.Should().BeTrue();
        await StopAsync(running, cancellation);
    }

    [Test]
    public async Task A_lost_link_takes_the_whole_transport_with_it(CancellationToken cancellation)
    {
        var (supervisor, running) = Start(Connect);
        (await _links.NextAsync(cancellation)).Should().Be("open");

        supervisor.OnLinkLost();
        supervisor.OnLinkLost();

        (await _links.NextAsync(cancellation)).Should().Be("lost");
        (await _links.NextAsync(cancellation)).Should().Be("open");
        Opened(0).Disposed.IsCompleted.Should().BeTrue();
        Opened(1).Disposed.IsCompleted.Should().BeFalse();
        await StopAsync(running, cancellation);
    }

    [Test]
    public async Task A_link_lost_while_links_are_opened_is_not_forgotten(CancellationToken cancellation)
    {
        TransportSupervisor? supervisor = null;
        var first = true;
        _links.Opening = _ =>
        {
            if (first)
            {
                first = false;
                supervisor!.OnLinkLost();
            }

            return Task.CompletedTask;
        };
        supervisor = new TransportSupervisor("test", Connect, _links, _time, NullLogger.Instance);
        var running = supervisor.RunAsync(_stopping.Token);

        (await _links.NextAsync(cancellation)).Should().Be("open");
        (await _links.NextAsync(cancellation)).Should().Be("lost");
        (await _links.NextAsync(cancellation)).Should().Be("open");
        await StopAsync(running, cancellation);
    }

    [Test]
    public async Task Links_that_can_t_be_opened_give_the_transport_back_and_are_tried_again(CancellationToken cancellation)
    {
        var tries = 0;
        _links.Opening = _ => ++tries == 1 ? throw new TransportException(TransportFailure.EntityNotFound, "not yet") : Task.CompletedTask;
        var (_, running) = Start(Connect);
        (await _links.NextAsync(cancellation)).Should().Be("lost");

        var opened = _links.NextAsync(cancellation).AsTask();
        (await PassPausesAsync(opened, cancellation)).Should().ContainSingle();
        (await opened).Should().Be("open");

        Opened(0).Disposed.IsCompleted.Should().BeTrue();
        await StopAsync(running, cancellation);
    }

    [Test]
    public async Task Tries_go_on_with_growing_pauses_of_three_seconds_at_most(CancellationToken cancellation)
    {
        const int Failures = 1_200;
        var tries = 0;
        var (_, running) = Start(_ =>
            ++tries <= Failures ? throw new TransportException(TransportFailure.ConnectionLost, "nobody there") : Connect(default));
        var opened = _links.NextAsync(cancellation).AsTask();

        var pauses = await PassPausesAsync(opened, cancellation);

        (await opened).Should().Be("open");
        pauses.Should().HaveCount(Failures);
        pauses.Should().OnlyContain(static pause => pause > TimeSpan.Zero && pause <= TimeSpan.FromSeconds(3));
        pauses[0].Should().BeLessThan(TimeSpan.FromMilliseconds(500), "a broker that restarts is back soon");
        pauses.Skip(100).Average(static pause => pause.TotalSeconds).Should().BeGreaterThan(1, "a broker that is gone is not hammered");
        await StopAsync(running, cancellation);
    }

    /// <summary>A connect may time out by a token of its own: only our stop ends the trying.</summary>
    [Test]
    public async Task A_connect_that_cancels_itself_is_tried_again(CancellationToken cancellation)
    {
        var tries = 0;
        var (_, running) = Start(_ => ++tries == 1 ? throw new TaskCanceledException("timed out") : Connect(default));

        var opened = _links.NextAsync(cancellation).AsTask();
        (await PassPausesAsync(opened, cancellation)).Should().ContainSingle();
        (await opened).Should().Be("open");

        await StopAsync(running, cancellation);
    }

    [Test]
    public async Task A_stop_ends_a_connect_that_takes_long(CancellationToken cancellation)
    {
        var connecting = new TaskCompletionSource();
        var (_, running) = Start(async stop =>
        {
            connecting.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, stop);
            throw new InvalidOperationException("Never.");
        });
        await connecting.Task.WaitAsync(cancellation);

        await _stopping.CancelAsync();

        await running.WaitAsync(cancellation);
    }

    [Test]
    public async Task A_stop_while_links_are_opened_gives_the_transport_back(CancellationToken cancellation)
    {
        var opening = new TaskCompletionSource();
        _links.Opening = async stop =>
        {
            opening.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, stop);
        };
        var (_, running) = Start(Connect);
        await opening.Task.WaitAsync(cancellation);

        await _stopping.CancelAsync();

        await running.WaitAsync(cancellation);
        (await _links.NextAsync(cancellation)).Should().Be("lost");
        Opened(0).Disposed.IsCompleted.Should().BeTrue();
    }

    private (TransportSupervisor Supervisor, Task Running) Start(Func<CancellationToken, ValueTask<ITransport>> connect)
    {
        var supervisor = new TransportSupervisor("test", connect, _links, _time, NullLogger.Instance);
        return (supervisor, supervisor.RunAsync(_stopping.Token));
    }

    private ValueTask<ITransport> Connect(CancellationToken cancellationToken)
    {
        var transport = new FakeTransport();
        _opened.Enqueue(transport);
        return new ValueTask<ITransport>(transport);
    }

    private FakeTransport Opened(int index) => _opened.ElementAt(index);

    private async Task StopAsync(Task running, CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        await running.WaitAsync(cancellation);
    }

    /// <summary>Lets time pass whenever somebody waits for it, until the task is done; returns how long each wait was.</summary>
    private async Task<List<TimeSpan>> PassPausesAsync(Task until, CancellationToken cancellation)
    {
        var pauses = new List<TimeSpan>();
        while (true)
        {
            var timer = _time.Timers.WaitToReadAsync(cancellation).AsTask();
            await Task.WhenAny(until, timer).WaitAsync(cancellation);
            if (!_time.Timers.TryRead(out var pause))
            {
                return pauses;
            }

            pauses.Add(pause);
            _time.Advance(pause);
        }
    }
}
