using Grpc.Core;

namespace AppProxy.Tests.EndToEnd.Grpc;

/// <summary>The app's side of parcels.proto, as Grpc.AspNetCore hosts it.</summary>
internal sealed class ParcelService(ParcelHandlers handlers) : Parcels.ParcelsBase
{
    public override Task<Parcel> Send(Parcel request, ServerCallContext context) => handlers.Send(request, context);

    public override Task<Parcel> Collect(IAsyncStreamReader<Parcel> requestStream, ServerCallContext context)
        => handlers.Collect(requestStream, context);

    public override Task Deliver(Parcel request, IServerStreamWriter<Parcel> responseStream, ServerCallContext context)
        => handlers.Deliver(request, responseStream, context);

    public override Task Trade(IAsyncStreamReader<Parcel> requestStream, IServerStreamWriter<Parcel> responseStream, ServerCallContext context)
        => handlers.Trade(requestStream, responseStream, context);
}
