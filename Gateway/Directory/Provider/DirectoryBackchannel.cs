using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace AppProxy.Gateway.Directory.Provider;

/// <summary>
/// What sign-in asks of its provider (discovery, keys, tokens), answered in process: the gateway need not reach its own public address, nor trust its own
/// certificate, nor listen already. The request goes through the same endpoints as one from outside.
/// </summary>
internal sealed class DirectoryBackchannel(IServiceScopeFactory scopes, DirectoryEndpoints endpoints) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await using var body = request.Content is null ? Stream.Null : await request.Content.ReadAsStreamAsync(cancellationToken);
        using var answer = new MemoryStream();
        var context = CreateContext(request, body, answer, scope.ServiceProvider, cancellationToken);
        if (endpoints.TryInvoke(context) is { } answered)
        {
            await answered;
            await context.Response.CompleteAsync();
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }

        var response = new HttpResponseMessage((HttpStatusCode)context.Response.StatusCode) { RequestMessage = request, Content = new ByteArrayContent(answer.ToArray()) };
        foreach (var (name, values) in context.Response.Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                response.Content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        return response;
    }

    private static DefaultHttpContext CreateContext(HttpRequestMessage request, Stream body, Stream answer, IServiceProvider services, CancellationToken cancellationToken)
    {
        var url = request.RequestUri!;
        var head = new HttpRequestFeature
        {
            Method = request.Method.Method,
            Scheme = url.Scheme,
            Path = Uri.UnescapeDataString(url.AbsolutePath),
            QueryString = url.Query,
            Protocol = "HTTP/1.1",
            Body = body,
        };
        foreach (var (name, values) in request.Content is null ? request.Headers : request.Headers.Concat(request.Content.Headers))
        {
            head.Headers[name] = values.ToArray();
        }

        head.Headers[HeaderNames.Host] = url.Authority;
        if (request.Content is not null)
        {
            head.Headers.ContentLength = request.Content.Headers.ContentLength;
        }

        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(head);
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(answer));
        return new DefaultHttpContext(features) { RequestServices = services, RequestAborted = cancellationToken };
    }
}
