using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using AppProxy.Connector.Http1;

namespace AppProxy.Connector.Tls;

/// <summary>Secures connections to one app, whichever version of HTTP they are for.</summary>
internal sealed class AppTls(string app, AppTlsModel model, AppFaults faults)
{
    /// <summary>Makes the handshake. The socket is the stream's; it is closed when the handshake fails.</summary>
    /// <exception cref="AuthenticationException">One side did not accept the other.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async ValueTask<SslStream> AuthenticateAsync(Socket socket, List<SslApplicationProtocol> protocols, CancellationToken cancellationToken)
    {
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        var check = new CertificateCheck(model);
        try
        {
            await tls.AuthenticateAsClientAsync(CreateOptions(protocols, check), cancellationToken);
            return tls;
        }
        catch (Exception failure)
        {
            await tls.DisposeAsync();
            if (check.Refusal is { } refusal)
            {
                faults.CertificateRefused(app, refusal);
            }
            else if (!cancellationToken.IsCancellationRequested)
            {
                faults.HandshakeFailed(app, failure.GetBaseException().Message);
            }

            throw;
        }
    }

    /// <summary>Makes a handshake for its own sake, of which nobody is told but the caller. The socket stays the caller's.</summary>
    /// <returns>Why there is none, in the words of the log; null where there is.</returns>
    public async Task<string?> TryAsync(Socket socket, CancellationToken cancellationToken)
    {
        var check = new CertificateCheck(model);
        await using var tls = new SslStream(new NetworkStream(socket, ownsSocket: false));
        try
        {
            await tls.AuthenticateAsClientAsync(CreateOptions([SslApplicationProtocol.Http2, SslApplicationProtocol.Http11], check), cancellationToken);
            return null;
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException or SocketException)
        {
            return check.Refusal ?? failure.GetBaseException().Message.ReplaceLineEndings(" ");
        }
    }

    private SslClientAuthenticationOptions CreateOptions(List<SslApplicationProtocol> protocols, CertificateCheck check) => new()
    {
        TargetHost = model.ServerName,
        ApplicationProtocols = protocols,
        ClientCertificateContext = model.ClientCertificate,

        // A handshake adds to the policy what the app sent along.
        CertificateChainPolicy = model.Authorities?.Clone(),
        RemoteCertificateValidationCallback = check.Accepts,
    };
}
