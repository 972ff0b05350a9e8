using System.Security.Cryptography;
using AppProxy.Testing;
using Google.Protobuf;
using Grpc.Net.Client;

namespace AppProxy.Tests.EndToEnd.Grpc;

/// <summary>A gRPC app behind the relay, and the usual .NET client in front of it.</summary>
public abstract class GrpcTest : EndToEndTest
{
    private protected async Task<Parcels.ParcelsClient> StartAsync(
        ParcelHandlers handlers, CancellationToken cancellationToken, TestProtocol front = TestProtocol.Http2, Action<TestEnvironmentOptions>? configure = null)
    {
        var app = Use(await GrpcApp.StartAsync(handlers, cancellationToken));
        var proxy = await StartAsync(
            options =>
            {
                options.Front = front;
                options.ConnectorSettings["Connector:Apps:app:HttpVersion"] = "2";
                options.Publish("app", app.Url);
                configure?.Invoke(options);
            },
            cancellationToken);
        var channel = GrpcChannel.ForAddress(
            proxy.UrlOf("app"),
            new GrpcChannelOptions { HttpClient = proxy.CreateClient("app"), DisposeHttpClient = true, MaxReceiveMessageSize = null });
        Use(new Closing(channel));
        return new Parcels.ParcelsClient(channel);
    }

    private protected static Parcel ParcelOf(int number, int length = 0)
        => new() { Number = number, Content = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(length)) };

    private sealed class Closing(GrpcChannel channel) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            channel.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
