using System.Net;
using Microsoft.AspNetCore.Http;

namespace AppProxy.Gateway.Hosting;

/// <summary>Endpoints on which other machines would be served without TLS.</summary>
internal static class PlainHttp
{
    /// <summary>As the operator wrote them, with their settings' names.</summary>
    public static IEnumerable<string> FindIn(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(static endpoint => (Name: endpoint.Path + ":Url=", Url: endpoint["Url"])).ToList();
        if (endpoints.Count == 0 && configuration["urls"] is { Length: > 0 } urls)
        {
            endpoints.AddRange(urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(static url => ("--urls=", (string?)url)));
        }
        else if (endpoints.Count == 0 && configuration["http_ports"] is { Length: > 0 } ports)
        {
            // What container images set: every address.
            return [$"ASPNETCORE_HTTP_PORTS={ports}"];
        }

        return endpoints.Where(static endpoint => endpoint.Url is { } url && IsOpen(url)).Select(static endpoint => endpoint.Name + endpoint.Url);
    }

    private static bool IsOpen(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            return address.Scheme == Uri.UriSchemeHttp && !address.IsUnixPipe && address.Host != "localhost"
                && !(IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
        }
        catch (FormatException)
        {
            // Told elsewhere.
            return false;
        }
    }
}
