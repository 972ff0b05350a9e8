using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using AppProxy.Connector.Destinations;
using AppProxy.Connector.Http1;
using AppProxy.Connector.Tls;
using AppProxy.Contracts.Frames;

namespace AppProxy.Connector.Execution;

/// <summary>Calls one app over HTTP/2, by the library's own client: it streams both ways there, and nothing of ours would do it better.</summary>
internal sealed class Http2Client : IAppClient
{
    private static readonly List<SslApplicationProtocol> OnlyHttp2 = [SslApplicationProtocol.Http2];
    private static readonly List<SslApplicationProtocol> EitherHttp = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];

    private readonly string _app;
    private readonly AppTarget _target;
    private readonly AppFaults _faults;
    private readonly DestinationRules _destinations;
    private readonly HttpMessageInvoker _client;

    public Http2Client(string app, AppTarget target, int maxHeadLength, AppTls? tls, DestinationRules destinations, AppFaults faults)
    {
        _app = app;
        _target = target;
        _faults = faults;
        _destinations = destinations;
        _client = new HttpMessageInvoker(CreateHandler(maxHeadLength, tls, target.Http2Policy));
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

    private SocketsHttpHandler CreateHandler(int maxHeadLength, AppTls? tls, HttpVersionPolicy policy)
    {
        var protocols = policy == HttpVersionPolicy.RequestVersionExact ? OnlyHttp2 : EitherHttp;
        return new SocketsHttpHandler
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
            ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, tls, protocols, cancellationToken),
            MaxResponseHeadersLength = Math.Max(1, maxHeadLength / 1024),

            // Header octets pass as they are: ISO 8859-1 maps each to one character and back.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        };
    }

    /// <summary>TLS is made here and not by the library, which would ask for the name in the Host field: that may be the one that the app is published under.</summary>
    private async ValueTask<Stream> ConnectAsync(
        DnsEndPoint app, AppTls? tls, List<SslApplicationProtocol> protocols, CancellationToken cancellationToken)
    {
        Socket socket;
        try
        {
            socket = await DestinationDialer.ConnectAsync(app.Host, app.Port, _destinations, cancellationToken);
        }
        catch (DestinationRefusedException refused)
        {
            _faults.DestinationRefused(_app, refused.Message);
            throw;
        }

        if (tls is null)
        {
            return new NetworkStream(socket, ownsSocket: true);
        }

        try
        {
            return await tls.AuthenticateAsync(socket, protocols, cancellationToken);
        }
        catch (IOException failure)
        {
            // As the library calls it where it makes the handshake.
            throw new AuthenticationException(failure.Message, failure);
        }
    }
}
