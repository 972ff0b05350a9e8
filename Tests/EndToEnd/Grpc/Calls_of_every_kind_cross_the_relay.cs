using System.Globalization;
using AppProxy.Testing;
using FluentAssertions;
using Grpc.Core;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Grpc;

public sealed class Calls_of_every_kind_cross_the_relay : GrpcTest
{
    private const int Large = 6 * 1024 * 1024;

    [Test, CancelAfter(Guard)]
    public async Task A_unary_call_is_answered([Values(TestProtocol.Http2, TestProtocol.Https2)] TestProtocol front, CancellationToken cancellation)
    {
        var client = await StartAsync(
            new ParcelHandlers { Send = (parcel, _) => Task.FromResult(new Parcel { Number = parcel.Number + 1, Content = parcel.Content }) }, cancellation, front);

        for (var i = 0; i < 10; i++)
        {
            var sent = ParcelOf(i, 1000);
            var answer = await client.SendAsync(sent, cancellationToken: cancellation);

            answer.Number.Should().Be(i + 1);
            answer.Content.Should().Equal(sent.Content);
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task Messages_beyond_4_megabytes_pass_both_ways([Values] bool compressed, CancellationToken cancellation)
    {
        var client = await StartAsync(new ParcelHandlers { Send = (parcel, _) => Task.FromResult(parcel) }, cancellation);
        var sent = ParcelOf(1, Large);

        var answer = await client.SendAsync(
            sent, compressed ? new Metadata { { "grpc-internal-encoding-request", "gzip" } } : null, cancellationToken: cancellation);

        answer.Content.Span.SequenceEqual(sent.Content.Span).Should().BeTrue();
    }

    [Test, CancelAfter(Guard)]
    public async Task Each_message_of_a_client_stream_reaches_the_app_before_the_next_is_sent(
        [Values(TestProtocol.Http2, TestProtocol.Https2)] TestProtocol front, CancellationToken cancellation)
    {
        using var received = new SemaphoreSlim(0);
        var client = await StartAsync(
            new ParcelHandlers
            {
                Collect = async (parcels, context) =>
                {
                    var sum = 0;
                    await foreach (var parcel in parcels.ReadAllAsync(context.CancellationToken))
                    {
                        sum += parcel.Number;
                        received.Release();
                    }

                    return new Parcel { Number = sum };
                },
            },
            cancellation,
            front);
        using var call = client.Collect(cancellationToken: cancellation);

        for (var i = 1; i <= 20; i++)
        {
            await call.RequestStream.WriteAsync(ParcelOf(i), cancellation);
            await received.WaitAsync(cancellation);
        }

        await call.RequestStream.CompleteAsync();
        (await call).Number.Should().Be(210);
    }

    [Test, CancelAfter(Guard)]
    public async Task Each_message_of_a_server_stream_reaches_the_client_before_the_next_is_sent(
        [Values(TestProtocol.Http2, TestProtocol.Https2)] TestProtocol front, CancellationToken cancellation)
    {
        using var received = new SemaphoreSlim(0);
        var client = await StartAsync(
            new ParcelHandlers
            {
                Deliver = async (order, parcels, context) =>
                {
                    for (var i = 0; i < order.Number; i++)
                    {
                        await parcels.WriteAsync(ParcelOf(i), context.CancellationToken);
                        await received.WaitAsync(context.CancellationToken);
                    }
                },
            },
            cancellation,
            front);
        using var call = client.Deliver(new Parcel { Number = 20 }, cancellationToken: cancellation);
        var numbers = new List<int>();

        await foreach (var parcel in call.ResponseStream.ReadAllAsync(cancellation))
        {
            numbers.Add(parcel.Number);
            received.Release();
        }

        numbers.Should().Equal(Enumerable.Range(0, 20));
        call.GetStatus().StatusCode.Should().Be(StatusCode.OK);
    }

    [Test, CancelAfter(Guard)]
    public async Task Both_sides_talk_in_turns([Values(TestProtocol.Http2, TestProtocol.Https2)] TestProtocol front, CancellationToken cancellation)
    {
        var client = await StartAsync(new ParcelHandlers { Trade = EchoAsync }, cancellation, front);
        using var call = client.Trade(cancellationToken: cancellation);

        for (var i = 0; i < 100; i++)
        {
            var sent = ParcelOf(i, i * 100);
            await call.RequestStream.WriteAsync(sent, cancellation);
            (await call.ResponseStream.MoveNext(cancellation)).Should().BeTrue();
            call.ResponseStream.Current.Should().Be(sent);
        }

        await call.RequestStream.CompleteAsync();
        (await call.ResponseStream.MoveNext(cancellation)).Should().BeFalse();
    }

    [Test, CancelAfter(Guard)]
    public async Task The_app_goes_on_after_the_client_has_said_all(CancellationToken cancellation)
    {
        var client = await StartAsync(
            new ParcelHandlers
            {
                Trade = async (requests, responses, context) =>
                {
                    var count = 0;
                    await foreach (var _ in requests.ReadAllAsync(context.CancellationToken))
                    {
                        count++;
                    }

                    for (var i = 0; i < count * 10; i++)
                    {
                        await responses.WriteAsync(ParcelOf(i), context.CancellationToken);
                    }
                },
            },
            cancellation);
        using var call = client.Trade(cancellationToken: cancellation);
        await call.RequestStream.WriteAsync(ParcelOf(1), cancellation);
        await call.RequestStream.WriteAsync(ParcelOf(2), cancellation);
        await call.RequestStream.CompleteAsync();

        (await call.ResponseStream.ReadAllAsync(cancellation).Select(parcel => parcel.Number).ToListAsync(cancellation)).Should().Equal(Enumerable.Range(0, 20));
    }

    [Test, CancelAfter(Guard)]
    public async Task The_app_may_end_before_the_client_has_said_all(CancellationToken cancellation)
    {
        var client = await StartAsync(
            new ParcelHandlers
            {
                Collect = async (parcels, context) =>
                {
                    await parcels.MoveNext(context.CancellationToken);
                    return new Parcel { Number = parcels.Current.Number };
                },
            },
            cancellation);
        using var call = client.Collect(cancellationToken: cancellation);
        await call.RequestStream.WriteAsync(ParcelOf(7), cancellation);

        (await call).Number.Should().Be(7);
        call.GetStatus().StatusCode.Should().Be(StatusCode.OK);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_hundred_streams_are_open_at_once(CancellationToken cancellation)
    {
        const int Streams = 100;
        var all = new Signal();
        var open = 0;
        var client = await StartAsync(
            new ParcelHandlers
            {
                Trade = async (requests, responses, context) =>
                {
                    await requests.MoveNext(context.CancellationToken);
                    if (Interlocked.Increment(ref open) == Streams)
                    {
                        all.Set();
                    }

                    // None goes on before all are there.
                    await all.WaitAsync(context.CancellationToken);
                    await responses.WriteAsync(requests.Current, context.CancellationToken);
                    await EchoAsync(requests, responses, context);
                },
            },
            cancellation);

        var sums = await Task.WhenAll(Enumerable.Range(0, Streams).Select(async stream =>
        {
            using var call = client.Trade(cancellationToken: cancellation);
            for (var i = 0; i < 10; i++)
            {
                var sent = ParcelOf((stream * 10) + i, 2000);
                await call.RequestStream.WriteAsync(sent, cancellation);
                (await call.ResponseStream.MoveNext(cancellation)).Should().BeTrue();
                call.ResponseStream.Current.Should().Be(sent);
            }

            await call.RequestStream.CompleteAsync();
            (await call.ResponseStream.MoveNext(cancellation)).Should().BeFalse();
            return call.GetStatus().StatusCode;
        }));

        sums.Should().HaveCount(Streams).And.AllBeEquivalentTo(StatusCode.OK);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_stream_longer_than_every_window_arrives_whole(CancellationToken cancellation)
    {
        const int Count = 400;
        var client = await StartAsync(new ParcelHandlers { Trade = EchoAsync }, cancellation);
        using var call = client.Trade(cancellationToken: cancellation);
        var content = ParcelOf(0, 64 * 1024).Content;

        var sending = Task.Run(
            async () =>
            {
                for (var i = 0; i < Count; i++)
                {
                    await call.RequestStream.WriteAsync(new Parcel { Number = i, Content = content }, cancellation);
                }

                await call.RequestStream.CompleteAsync();
            },
            cancellation);
        var next = 0;
        await foreach (var parcel in call.ResponseStream.ReadAllAsync(cancellation))
        {
            parcel.Number.Should().Be(next++, "order is kept: {0}", next.ToString(CultureInfo.InvariantCulture));
            parcel.Content.Span.SequenceEqual(content.Span).Should().BeTrue();
        }

        await sending;
        next.Should().Be(Count);
    }

    private static async Task EchoAsync(IAsyncStreamReader<Parcel> requests, IServerStreamWriter<Parcel> responses, ServerCallContext context)
    {
        await foreach (var parcel in requests.ReadAllAsync(context.CancellationToken))
        {
            await responses.WriteAsync(parcel, context.CancellationToken);
        }
    }
}
