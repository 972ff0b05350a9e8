using FluentAssertions;
using Grpc.Core;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Grpc;

public sealed class Calls_end_early : GrpcTest
{
    private readonly Signal _appBegan = new();
    private readonly Signal _appCancelled = new();

    [Test, CancelAfter(Guard)]
    public async Task A_deadline_passes_and_the_app_is_cancelled([Values("unary", "server stream", "both ways")] string kind, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetUtcNow().UtcDateTime;
        var deadline = began.AddSeconds(1);
        DateTime? seen = null;
        var client = await StartAsync(
            new ParcelHandlers
            {
                Send = async (parcel, context) =>
                {
                    await HoldAsync(context);
                    return parcel;
                },
                Deliver = async (order, parcels, context) =>
                {
                    await parcels.WriteAsync(order, context.CancellationToken);
                    await HoldAsync(context);
                },
                Trade = async (requests, responses, context) =>
                {
                    await requests.MoveNext(context.CancellationToken);
                    await responses.WriteAsync(requests.Current, context.CancellationToken);
                    await HoldAsync(context);
                },
            },
            cancellation);

        var call = async () =>
        {
            switch (kind)
            {
                case "unary":
                    await client.SendAsync(ParcelOf(1), deadline: deadline, cancellationToken: cancellation);
                    break;
                case "server stream":
                    using (var stream = client.Deliver(ParcelOf(1), deadline: deadline, cancellationToken: cancellation))
                    {
                        await stream.ResponseStream.ReadAllAsync(cancellation).ToListAsync(cancellation);
                    }

                    break;
                default:
                    using (var trade = client.Trade(deadline: deadline, cancellationToken: cancellation))
                    {
                        await trade.RequestStream.WriteAsync(ParcelOf(1), cancellation);
                        await trade.ResponseStream.ReadAllAsync(cancellation).ToListAsync(cancellation);
                    }

                    break;
            }
        };

        (await call.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.DeadlineExceeded);
        await _appCancelled.WaitAsync(cancellation);
        seen.Should().NotBeNull().And.BeCloseTo(deadline, TimeSpan.FromSeconds(5));

        Task HoldAsync(ServerCallContext context)
        {
            seen = context.Deadline;
            return HoldUntilCancelledAsync(context);
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task A_client_that_cancels_its_call_reaches_the_app(CancellationToken cancellation)
    {
        var client = await StartAsync(
            new ParcelHandlers
            {
                Send = async (parcel, context) =>
                {
                    await HoldUntilCancelledAsync(context);
                    return parcel;
                },
            },
            cancellation);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var call = client.SendAsync(ParcelOf(1), cancellationToken: leaving.Token);
        await _appBegan.WaitAsync(cancellation);

        await leaving.CancelAsync();

        await ShouldBeCancelledAsync(async () => await call);
        await _appCancelled.WaitAsync(cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_client_that_leaves_a_server_stream_reaches_the_app(CancellationToken cancellation)
    {
        var client = await StartAsync(
            new ParcelHandlers
            {
                Deliver = async (order, parcels, context) =>
                {
                    await parcels.WriteAsync(order, context.CancellationToken);
                    await HoldUntilCancelledAsync(context);
                },
            },
            cancellation);
        using var call = client.Deliver(ParcelOf(1), cancellationToken: cancellation);
        (await call.ResponseStream.MoveNext(cancellation)).Should().BeTrue();
        await _appBegan.WaitAsync(cancellation);

        call.Dispose();

        await _appCancelled.WaitAsync(cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_client_that_leaves_its_own_stream_breaks_it_for_the_app(CancellationToken cancellation)
    {
        var client = await StartAsync(
            new ParcelHandlers
            {
                Collect = async (parcels, context) =>
                {
                    await parcels.MoveNext(context.CancellationToken);
                    _appBegan.Set();
                    try
                    {
                        await parcels.MoveNext(CancellationToken.None);
                        return parcels.Current;
                    }
                    catch (Exception broken) when (broken is IOException or OperationCanceledException)
                    {
                        _appCancelled.Set();
                        throw;
                    }
                },
            },
            cancellation);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var call = client.Collect(cancellationToken: leaving.Token);
        await call.RequestStream.WriteAsync(ParcelOf(1), cancellation);
        await _appBegan.WaitAsync(cancellation);

        await leaving.CancelAsync();

        await ShouldBeCancelledAsync(async () => await call);
        await _appCancelled.WaitAsync(cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_client_that_leaves_both_streams_reaches_the_app(CancellationToken cancellation)
    {
        var client = await StartAsync(
            new ParcelHandlers
            {
                Trade = async (requests, responses, context) =>
                {
                    await requests.MoveNext(context.CancellationToken);
                    await responses.WriteAsync(requests.Current, context.CancellationToken);
                    await HoldUntilCancelledAsync(context);
                },
            },
            cancellation);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var call = client.Trade(cancellationToken: leaving.Token);
        await call.RequestStream.WriteAsync(ParcelOf(1), cancellation);
        (await call.ResponseStream.MoveNext(cancellation)).Should().BeTrue();
        await _appBegan.WaitAsync(cancellation);

        await leaving.CancelAsync();

        await ShouldBeCancelledAsync(async () => await call.ResponseStream.MoveNext(cancellation));
        await _appCancelled.WaitAsync(cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task An_app_that_aborts_a_stream_never_looks_done(CancellationToken cancellation)
    {
        var arrived = new Signal();
        var client = await StartAsync(
            new ParcelHandlers
            {
                Deliver = async (order, parcels, context) =>
                {
                    await parcels.WriteAsync(order, context.CancellationToken);
                    await arrived.WaitAsync(context.CancellationToken);
                    context.GetHttpContext().Abort();
                },
            },
            cancellation);
        using var call = client.Deliver(ParcelOf(1), cancellationToken: cancellation);
        (await call.ResponseStream.MoveNext(cancellation)).Should().BeTrue();
        arrived.Set();

        var next = async () => await call.ResponseStream.MoveNext(cancellation);

        (await next.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().NotBe(StatusCode.OK);
    }

    [Test, CancelAfter(Guard)]
    public async Task Without_a_connector_the_service_is_unavailable(CancellationToken cancellation)
    {
        var client = await StartAsync(
            new ParcelHandlers(),
            cancellation,
            configure: options =>
            {
                options.Connectors = 0;
                options.Relay["waitForConnector"] = "00:00:00.5";
            });

        var call = async () => await client.SendAsync(ParcelOf(1), cancellationToken: cancellation);

        (await call.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unavailable);
    }

    private async Task HoldUntilCancelledAsync(ServerCallContext context)
    {
        context.CancellationToken.Register(_appCancelled.Set);
        _appBegan.Set();
        await _appCancelled.WaitAsync(CancellationToken.None);
    }

    private static async Task ShouldBeCancelledAsync(Func<Task> call)
        => (await call.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Cancelled);
}
