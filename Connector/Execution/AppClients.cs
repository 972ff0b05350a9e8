using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AppProxy.Connector.Settings;

namespace AppProxy.Connector.Execution;

/// <summary>The apps that this connector reaches, each with the client for its connections.</summary>
internal sealed class AppClients : IDisposable
{
    /// <summary>
    /// Apps are near: doubled by the system, this keeps 4 Gbit/s busy over 1 ms. Left to the system it grows to several MB, which an app goes on filling after its
    /// reader has stopped, beyond what windows allow.
    /// </summary>
    private const int AppReceiveBuffer = 256 * 1024;

    private readonly FrozenDictionary<string, (AppTarget Target, HttpMessageInvoker Client)> _apps;

    public AppClients(ConnectorOptions options)
    {
        _apps = options.Apps.ToFrozenDictionary(
            static app => app.Key,
            static app => (new AppTarget(app.Key, app.Value), new HttpMessageInvoker(CreateHandler(app.Value))),
            StringComparer.OrdinalIgnoreCase);
    }

    public bool TryGet(string id, [NotNullWhen(true)] out AppTarget? target, [NotNullWhen(true)] out HttpMessageInvoker? client)
    {
        var found = _apps.TryGetValue(id, out var app);
        (target, client) = app;
        return found;
    }

    public void Dispose()
    {
        foreach (var (_, client) in _apps.Values)
        {
            client.Dispose();
        }
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint app, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = AppReceiveBuffer };
        try
        {
            await socket.ConnectAsync(app, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SocketsHttpHandler CreateHandler(AppTargetOptions options)
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
            ConnectCallback = static (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, cancellationToken),

            // Heads are continued in further frames, so no broker sets a limit; the library's default of 64 KB would.
#pragma warning disable CA2262 // Kilobytes are meant.
            MaxResponseHeadersLength = 1024,
#pragma warning restore CA2262

            // Header octets pass as they are: ISO 8859-1 maps each to one character and back.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        };
        if (!options.IsBackendCertificateValidationEnabled)
        {
#pragma warning disable CA5359 // The operator switched the check off for this app (isBackendCertificateValidationEnabled).
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        return handler;
    }
}
