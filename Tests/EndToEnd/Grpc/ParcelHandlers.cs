using Grpc.Core;

namespace AppProxy.Tests.EndToEnd.Grpc;

/// <summary>What the app does with each kind of call; a test sets those that it makes.</summary>
internal sealed class ParcelHandlers
{
    public Func<Parcel, ServerCallContext, Task<Parcel>> Send { get; set; } = (_, _) => throw Unset();

    public Func<IAsyncStreamReader<Parcel>, ServerCallContext, Task<Parcel>> Collect { get; set; } = (_, _) => throw Unset();

    public Func<Parcel, IServerStreamWriter<Parcel>, ServerCallContext, Task> Deliver { get; set; } = (_, _, _) => throw Unset();

    public Func<IAsyncStreamReader<Parcel>, IServerStreamWriter<Parcel>, ServerCallContext, Task> Trade { get; set; } = (_, _, _) => throw Unset();

    private static RpcException Unset() => new(new Status(StatusCode.Unimplemented, "The test did not expect this call."));
}
