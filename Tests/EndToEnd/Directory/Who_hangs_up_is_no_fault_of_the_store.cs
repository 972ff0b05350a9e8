using System.Net;
using System.Net.Sockets;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

/// <summary>A form that does not come to its end is nobody's failure: no warning that the store is away, and no error.</summary>
[CancelAfter(SignInGuard)]
public sealed class Who_hangs_up_is_no_fault_of_the_store : DirectoryTest
{
    [TestCase(TestProtocol.Https1, "sign-in")]
    [TestCase(TestProtocol.Https2, "sign-in")]
    [TestCase(TestProtocol.Https2, "token")]
    public async Task In_the_middle_of_a_form(TestProtocol protocol, string path, CancellationToken cancellation)
    {
        var requests = new Requests();
        await StartDirectoryAsync(cancellation, options =>
        {
            options.Front = protocol;
            options.GatewayParts += services => services.AddSingleton<IStartupFilter>(requests);
        });
        using var client = CreateClient();
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var arrived = requests.Watch();
        using var request = new HttpRequestMessage(HttpMethod.Post, At(path))
        {
            Version = protocol == TestProtocol.Https2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new HalfAForm(async () =>
            {
                await arrived;
                await hangUp.CancelAsync();
            }),
        };
        request.Headers.Add("Origin", Own.GetLeftPart(UriPartial.Authority));

        var send = () => client.SendAsync(request, hangUp.Token);
        await send.Should().ThrowAsync<OperationCanceledException>();

        var end = await requests.EndAsync(cancellation);
        (end is IOException or OperationCanceledException).Should().BeTrue("nobody is there to be told, and the server expects these: {0}", end);
        Log.Entries.Should().NotContain(static entry => entry.EventId == 3011);
    }

    private static HttpClient CreateClient()
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = static async (context, token) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate?.GetCertHashString() == TestCertificate.Instance.GetCertHashString();
        return new HttpClient(handler);
    }

    /// <summary>Says that it is longer than it gets.</summary>
    private sealed class HalfAForm : HttpContent
    {
        private readonly Func<Task> _then;

        public HalfAForm(Func<Task> then)
        {
            _then = then;
            Headers.ContentType = new("application/x-www-form-urlencoded");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync("name=alice"u8.ToArray(), cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await _then();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override bool TryComputeLength(out long length)
        {
            length = 100;
            return true;
        }
    }

    /// <summary>Tells what becomes of a form, before the server does anything about it.</summary>
    private sealed class Requests : IStartupFilter
    {
        private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<Exception?> _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _isWatching;

        public Task Watch()
        {
            _isWatching = true;
            return _arrived.Task;
        }

        public Task<Exception?> EndAsync(CancellationToken cancellationToken) => _over.Task.WaitAsync(cancellationToken);

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (HttpContext context, RequestDelegate goOn) =>
            {
                if (!_isWatching || !HttpMethods.IsPost(context.Request.Method))
                {
                    await goOn(context);
                    return;
                }

                // Whoever has asked for the token hears of it on another thread, and maybe later than who reads.
                _ = context.RequestAborted;
                try
                {
                    var answer = goOn(context);
                    _arrived.TrySetResult();
                    await answer;
                    _over.TrySetResult(null);
                }
                catch (Exception end)
                {
                    _over.TrySetResult(end);
                    throw;
                }
            });
            next(app);
        };
    }
}
