using System.Text;
using AppProxy.Testing;
using FluentAssertions;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using NUnit.Framework;
using Status = Grpc.Core.Status;

namespace AppProxy.Tests.EndToEnd.Grpc;

public sealed class Metadata_and_status_cross_the_relay : GrpcTest
{
    private static readonly StatusCode[] Failures = [.. System.Enum.GetValues<StatusCode>().Where(static status => status != StatusCode.OK)];

    private static readonly byte[] Octets = [.. Enumerable.Range(0, 256).Select(static value => (byte)value)];

    [Test, CancelAfter(Guard)]
    public async Task Metadata_passes_both_ways_as_text_and_as_octets(CancellationToken cancellation)
    {
        Metadata? seen = null;
        var client = await StartAsync(
            new ParcelHandlers
            {
                Send = async (parcel, context) =>
                {
                    seen = context.RequestHeaders;
                    await context.WriteResponseHeadersAsync(new Metadata { { "x-head", "early" }, { "x-head-bin", Octets } });
                    context.ResponseTrailers.Add("x-tail", "late");
                    context.ResponseTrailers.Add("x-tail-bin", Octets);
                    return parcel;
                },
            },
            cancellation);
        using var call = client.SendAsync(
            ParcelOf(1),
            new Metadata { { "x-text", "one" }, { "x-text", "two" }, { "x-octets-bin", Octets }, { "authorization", "Bearer token" } },
            cancellationToken: cancellation);
        await call;

        seen!.Where(entry => entry.Key == "x-text").SelectMany(entry => entry.Value.Split(", ")).Should().Equal("one", "two");
        seen!.GetValueBytes("x-octets-bin").Should().Equal(Octets);
        seen!.GetValue("authorization").Should().Be("Bearer token");
        var head = await call.ResponseHeadersAsync;
        head.GetValue("x-head").Should().Be("early");
        head.GetValueBytes("x-head-bin").Should().Equal(Octets);
        call.GetTrailers().GetValue("x-tail").Should().Be("late");
        call.GetTrailers().GetValueBytes("x-tail-bin").Should().Equal(Octets);
    }

    [Test, CancelAfter(Guard)]
    public async Task Response_metadata_arrives_before_the_first_message(CancellationToken cancellation)
    {
        var headCame = new Signal();
        var client = await StartAsync(
            new ParcelHandlers
            {
                Deliver = async (order, parcels, context) =>
                {
                    await context.WriteResponseHeadersAsync(new Metadata { { "x-head", "early" } });
                    await headCame.WaitAsync(context.CancellationToken);
                    await parcels.WriteAsync(order, context.CancellationToken);
                },
            },
            cancellation);
        using var call = client.Deliver(ParcelOf(3), cancellationToken: cancellation);

        (await call.ResponseHeadersAsync).GetValue("x-head").Should().Be("early");
        headCame.Set();

        (await call.ResponseStream.ReadAllAsync(cancellation).SingleAsync(cancellation)).Number.Should().Be(3);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_refusal_without_a_body_keeps_status_message_and_details(
        [Values(TestProtocol.Http2, TestProtocol.Https2)] TestProtocol front, CancellationToken cancellation)
    {
        var client = await StartAsync(new ParcelHandlers { Send = (_, _) => throw Refusal() }, cancellation, front);

        var call = async () => await client.SendAsync(ParcelOf(1), cancellationToken: cancellation);

        ShouldBeTheRefusal((await call.Should().ThrowAsync<RpcException>()).Which);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_refusal_after_messages_keeps_status_message_and_details(
        [Values(TestProtocol.Http2, TestProtocol.Https2)] TestProtocol front, CancellationToken cancellation)
    {
        var client = await StartAsync(
            new ParcelHandlers
            {
                Deliver = async (order, parcels, context) =>
                {
                    await parcels.WriteAsync(order, context.CancellationToken);
                    throw Refusal();
                },
            },
            cancellation,
            front);
        using var call = client.Deliver(ParcelOf(5), cancellationToken: cancellation);

        (await call.ResponseStream.MoveNext(cancellation)).Should().BeTrue();
        call.ResponseStream.Current.Number.Should().Be(5);
        var next = async () => await call.ResponseStream.MoveNext(cancellation);

        ShouldBeTheRefusal((await next.Should().ThrowAsync<RpcException>()).Which);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_method_that_the_app_does_not_have_is_unimplemented(CancellationToken cancellation)
    {
        var client = await StartAsync(new ParcelHandlers(), cancellation);

        var call = async () => await client.SendAsync(ParcelOf(1), cancellationToken: cancellation);

        (await call.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unimplemented);
    }

    [Test, CancelAfter(Guard)]
    public async Task Every_status_is_the_apps([ValueSource(nameof(Failures))] StatusCode status, CancellationToken cancellation)
    {
        var client = await StartAsync(new ParcelHandlers { Send = (_, _) => throw new RpcException(new Status(status, "why")) }, cancellation);

        var call = async () => await client.SendAsync(ParcelOf(1), cancellationToken: cancellation);

        (await call.Should().ThrowAsync<RpcException>()).Which.Status.Should().Match<Status>(seen => seen.StatusCode == status && seen.Detail == "why");
    }

    [Test, CancelAfter(Guard)]
    public async Task The_app_is_told_that_trailers_are_understood(CancellationToken cancellation)
    {
        // Servers on gRPC's C core refuse a call without it: it is how they find out that nothing on the way drops trailers.
        string? seen = null;
        var client = await StartAsync(
            new ParcelHandlers
            {
                Send = (parcel, context) =>
                {
                    seen = context.GetHttpContext().Request.Headers.TE.ToString();
                    return Task.FromResult(parcel);
                },
            },
            cancellation);

        await client.SendAsync(ParcelOf(1), cancellationToken: cancellation);

        seen.Should().Be("trailers");
    }

    private static RpcException Refusal()
    {
        var details = new DetailedStatus { Code = (int)StatusCode.FailedPrecondition, Message = "The parcel is gesch\u00fctzt" };
        details.Details.Add(Any.Pack(new Parcel { Number = 42, Content = ByteString.CopyFrom(Octets) }));
        return new RpcException(
            new Status(StatusCode.FailedPrecondition, details.Message),
            new Metadata { { "grpc-status-details-bin", details.ToByteArray() }, { "x-why", Encoding.ASCII.GetString("locked"u8) } });
    }

    private static void ShouldBeTheRefusal(RpcException refusal)
    {
        refusal.StatusCode.Should().Be(StatusCode.FailedPrecondition);
        refusal.Status.Detail.Should().Be("The parcel is gesch\u00fctzt");
        refusal.Trailers.GetValue("x-why").Should().Be("locked");
        var details = DetailedStatus.Parser.ParseFrom(refusal.Trailers.GetValueBytes("grpc-status-details-bin"));
        details.Message.Should().Be(refusal.Status.Detail);
        details.Details.Single().Unpack<Parcel>().Should().Match<Parcel>(parcel => parcel.Number == 42 && parcel.Content.SequenceEqual(Octets));
    }
}
