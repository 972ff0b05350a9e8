using System.Net;
using System.Net.Sockets;
using System.Text;
using AppProxy.Connector.Http1;
using AppProxy.Contracts.Frames;

namespace AppProxy.Connector.Execution;

/// <summary>Calls one app over HTTP/2, by the library's own client: it streams both ways there, and nothing of ours would do it better.</summary>
internal sealed class Http2Client : IAppClient
{
    private readonly AppTarget _target;
    private readonly HttpMessageInvoker _client;

    public Http2Client(AppTarget target, int maxHeadLength, bool checksCertificate)
    {
        _target = target;
        _client = new HttpMessageInvoker(CreateHandler(maxHeadLength, checksCertificate));
    }

    public ValueTask<IAppResponse> SendAsync(in RequestHead head, in AppCall call, CancellationToken cancellationToken)
    {
        var request = AppRequest.Create(head, call, _target);
        if (request.Headers.Remove("Expect"))
        {
            // The library tells nobody of a 100, and a stream that is refused costs little: we ask for the body ourselves.
            call.Interim?.Add(100, default);
        }

        return SendAsync(request, cancellationToken);
    }

    public void Dispose() => _client.Dispose();

    private async ValueTask<IAppResponse> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            var response = await _client.SendAsync(request, cancellationToken);
            return new Http2Response(request, response, await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken);
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    private static SocketsHttpHandler CreateHandler(int maxHeadLength, bool checksCertificate)
    {
        var handler = new SocketsHttpHandler
        {
            // A proxy passes on what it gets: it follows nothing, unpacks nothing, keeps no cookies, and asks no other proxy.
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = 1024 * 1024,
            ConnectCallback = static async (context, cancellationToken) =>
                new NetworkStream(await AppDialer.ConnectAsync(context.DnsEndPoint, cancellationToken), ownsSocket: true),
            MaxResponseHeadersLength = Math.Max(1, maxHeadLength / 1024),

            // Header octets pass as they are: ISO 8859-1 maps each to one character and back.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        };
        if (!checksCertificate)
        {
#pragma warning disable CA5359 // The operator switched the check off for this app (isBackendCertificateValidationEnabled).
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        return handler;
    }
}
