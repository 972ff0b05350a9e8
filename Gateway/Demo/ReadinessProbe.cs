using System.Net;

namespace AppProxy.Gateway.Demo;

/// <summary>Asks for the app through the gateway until an answer comes from the app itself.</summary>
internal sealed class ReadinessProbe(DemoOptions options, TimeProvider time)
{
    /// <summary>Set by the gateway on every answer that is its own (DESIGN.md section 5).</summary>
    private const string ErrorHeader = "AppProxy-Error";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Longer than a request waits for a connector.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Lets the probe in where people sign in.</summary>
    public string? Cookie { get; set; }

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false };
        using var client = new HttpClient(handler) { Timeout = Patience };
        while (!await IsServedAsync(client, cancellationToken))
        {
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private async Task<bool> IsServedAsync(HttpClient client, CancellationToken cancellationToken)
    {
        // Straight to the gateway, with the app's name in Host: not every resolver knows the names below localhost.
        using var request = new HttpRequestMessage(HttpMethod.Get, GatewayAddress());
        request.Headers.Host = options.ExternalUrl.Authority;
        if (Cookie is not null)
        {
            request.Headers.Add("Cookie", Cookie);
        }

        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return options.InternalUrl is null
                ? response.StatusCode == HttpStatusCode.OK
                : !response.Headers.Contains(ErrorHeader);
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private Uri GatewayAddress()
    {
        var address = new UriBuilder(options.Url) { Path = options.InternalUrl is null ? "/api/time" : "/" };
        if (IPAddress.TryParse(options.Url.Host, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)))
        {
            address.Host = ip.Equals(IPAddress.Any) ? "127.0.0.1" : "[::1]";
        }

        return address.Uri;
    }
}
