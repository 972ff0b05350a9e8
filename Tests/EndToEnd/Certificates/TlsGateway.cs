using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using AppProxy.Tests.EndToEnd.Tls;

namespace AppProxy.Tests.EndToEnd.Certificates;

/// <summary>A TLS client that looks at what it is shown, and files of certificates as operators lay them.</summary>
internal static class TlsGateway
{
    /// <summary>A handshake, asking for a host; whatever certificate is shown is taken.</summary>
    public static async Task<SslStream> ConnectAsync(int port, string host, CancellationToken cancellationToken, params SslApplicationProtocol[] protocols)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(System.Net.IPAddress.Loopback, port, cancellationToken);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    ApplicationProtocols = protocols.Length == 0 ? null : [.. protocols],
                    CertificateChainPolicy = new X509ChainPolicy { VerificationFlags = X509VerificationFlags.AllFlags, DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck },
                    RemoteCertificateValidationCallback = static (_, shown, _, _) => shown is not null,
                },
                cancellationToken);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    /// <summary>Thumbprint of what is shown to who asks for a host; null where the handshake is refused.</summary>
    public static async Task<string?> ShownAsync(int port, string host, CancellationToken cancellationToken)
    {
        try
        {
            await using var tls = await ConnectAsync(port, host, cancellationToken);
            return ((X509Certificate2)tls.RemoteCertificate!).Thumbprint;
        }
        catch (Exception refused) when (refused is AuthenticationException or IOException)
        {
            return null;
        }
    }

    /// <summary>Lays a certificate into a folder, its key beside it.</summary>
    public static void Lay(string folder, string name, X509Certificate2 certificate)
    {
        File.WriteAllText(Path.Combine(folder, name + ".key"), TestAuthority.KeyOf(certificate));
        File.WriteAllText(Path.Combine(folder, name + ".pem"), certificate.ExportCertificatePem());
    }
}
