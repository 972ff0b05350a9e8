using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace AppProxy.Gateway.Publishing;

/// <summary>Connections to the gateway as a client makes them. A certificate that is wrong is told, and the rest is tested all the same.</summary>
internal sealed class GatewayDoor(PublishTestOptions options, List<EndPoint> where, HopTimes times, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private Stream? _first;

    /// <summary>Where the first connection came about; the others go there too.</summary>
    private EndPoint? _open;

    public async Task<bool> TryOpenAsync(List<TestStep> steps, CancellationToken cancellationToken)
    {
        const string Step = "gateway";
        var problems = new List<string>();
        foreach (var endpoint in where)
        {
            using var patience = new CancellationTokenSource(Patience, time);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            try
            {
                var began = time.GetTimestamp();
                var connection = await ConnectAsync(endpoint, limit.Token);
                _open = endpoint;
                times.Connection = time.GetElapsedTime(began).TotalMilliseconds;
                if (options.Url.Scheme != Uri.UriSchemeHttps)
                {
                    _first = connection;
                    return true;
                }

                began = time.GetTimestamp();
                var verdict = new CertificateVerdict(options.Url.IdnHost, time.GetUtcNow());
                _first = await SecureAsync(connection, verdict.Look, limit.Token);
                times.Tls = time.GetElapsedTime(began).TotalMilliseconds;
                steps.Add(verdict.ToStep(((SslStream)_first).SslProtocol));
                return true;
            }
            catch (SocketException failure)
            {
                problems.Add($"{endpoint}: {failure.Message}");
            }
            catch (Exception failure) when (failure is AuthenticationException or IOException)
            {
                steps.Add(TestStep.Fail(
                    CertificateVerdict.Step,
                    $"{endpoint} makes no TLS connection for {options.Url.IdnHost}: {failure.GetBaseException().Message.ReplaceLineEndings(" ")}",
                    $"If it is the gateway, it has no certificate to show: certificates add -f … for {options.Url.IdnHost}. If the endpoint there is http, make it https."));
                return false;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                problems.Add($"{endpoint}: no answer");
            }
        }

        steps.Add(TestStep.Fail(
            Step, $"Nothing takes connections there ({string.Join("; ", problems)}).", "Start the gateway, open the port to it in the firewall, or correct the DNS record; --gateway HOST:PORT tests another place."));
        return false;
    }

    /// <summary>A client whose first request goes over the connection at hand. It speaks of http because TLS is made here.</summary>
    public HttpClient CreateClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.All,
        ActivityHeadersPropagator = null,
        ConnectCallback = async (_, cancellationToken) =>
        {
            if (Interlocked.Exchange(ref _first, null) is { } first)
            {
                return first;
            }

            var connection = await ConnectAsync(_open ?? where[0], cancellationToken);
            return options.Url.Scheme == Uri.UriSchemeHttps ? await SecureAsync(connection, static (certificate, _, _) => certificate is not null, cancellationToken) : connection;
        },
    })
    {
        BaseAddress = new UriBuilder(options.Url) { Scheme = Uri.UriSchemeHttp, Port = options.Url.Port }.Uri,
        DefaultRequestHeaders = { Host = options.Url.IsDefaultPort ? options.Url.IdnHost : $"{options.Url.IdnHost}:{options.Url.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)}" },
        Timeout = options.Timeout,
    };

    public async ValueTask DisposeAsync()
    {
        if (_first is not null)
        {
            await _first.DisposeAsync();
        }
    }

    private static async Task<Stream> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<SslStream> SecureAsync(Stream connection, Func<X509Certificate2?, X509Chain?, SslPolicyErrors, bool> look, CancellationToken cancellationToken)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (options.Authorities is { } authorities)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }

        var tls = new SslStream(connection);
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = options.Url.IdnHost,
                    ApplicationProtocols = [SslApplicationProtocol.Http11],
                    CertificateChainPolicy = policy,
                    RemoteCertificateValidationCallback = (_, certificate, chain, errors) => look(certificate as X509Certificate2, chain, errors),
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
}
