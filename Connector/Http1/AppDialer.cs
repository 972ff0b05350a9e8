using System.Net.Security;
using System.Net.Sockets;
using AppProxy.Connector.Destinations;
using AppProxy.Connector.Tls;

namespace AppProxy.Connector.Http1;

/// <summary>Opens connections to one app: name, TCP, TLS with ALPN.</summary>
internal sealed class AppDialer(Http1Options options, AppFaults faults, TimeProvider time)
{
    private static readonly List<SslApplicationProtocol> OnlyHttp1 = [SslApplicationProtocol.Http11];
    private static readonly List<SslApplicationProtocol> EitherHttp = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];

    /// <summary>Opens a connection for HTTP/1.1.</summary>
    /// <exception cref="Http1Exception">Why not.</exception>
    public async ValueTask<AppStream> DialAsync(CancellationToken cancellationToken) => (await DialAsync(OnlyHttp1, cancellationToken)).Stream;

    /// <summary>As <see cref="DialAsync(CancellationToken)"/>, but lets an app with TLS choose; when it chose HTTP/2 the stream is not for our client.</summary>
    public ValueTask<(AppStream Stream, bool IsHttp2)> DialEitherAsync(CancellationToken cancellationToken) => DialAsync(EitherHttp, cancellationToken);

    private async ValueTask<(AppStream Stream, bool IsHttp2)> DialAsync(List<SslApplicationProtocol> protocols, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.ConnectTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        Socket? socket = null;
        try
        {
            socket = await DestinationDialer.ConnectAsync(options.Host, options.Port, options.Destinations, both.Token);
            return options.Tls is { } tls ? await SecureAsync(tls, socket, protocols, both.Token) : (new PlainStream(socket), false);
        }
        catch (DestinationRefusedException refused)
        {
            faults.DestinationRefused(options.App, refused.Message);
            throw new Http1Exception(Http1Error.DestinationRefused, refused);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            socket?.Dispose();
            throw new Http1Exception(socket is null || limit.IsCancellationRequested ? Http1Error.Unreachable : Http1Error.TlsFailed, failure);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    private static async ValueTask<(AppStream Stream, bool IsHttp2)> SecureAsync(
        AppTls tls, Socket socket, List<SslApplicationProtocol> protocols, CancellationToken cancellationToken)
    {
        var stream = await tls.AuthenticateAsync(socket, protocols, cancellationToken);
        return (new TlsStream(socket, stream), stream.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2);
    }
}
