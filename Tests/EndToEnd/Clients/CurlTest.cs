using System.Security.Cryptography;
using AppProxy.Testing;
using Microsoft.AspNetCore.Http;

namespace AppProxy.Tests.EndToEnd.Clients;

/// <summary>An app behind the relay, and curl in front of it.</summary>
public abstract class CurlTest : EndToEndTest
{
    private protected Task<Curl> StartAsync(RequestDelegate app, CancellationToken cancellationToken)
        => StartAsync(TestProtocol.Http1, app, cancellationToken);

    private protected async Task<Curl> StartAsync(TestProtocol front, RequestDelegate app, CancellationToken cancellationToken)
    {
        var proxy = await StartAsync(
            options =>
            {
                options.Front = front;
                options.Publish("app", app);
            },
            cancellationToken);
        return Use(new Curl(proxy));
    }

    /// <summary>The options by which curl speaks what the front speaks.</summary>
    private protected static string VersionFor(TestProtocol front) => front switch
    {
        TestProtocol.Http2 => "--http2-prior-knowledge",
        TestProtocol.Https2 => "--http2",
        _ => "--http1.1",
    };

    private protected static string Digest(byte[] octets) => Convert.ToHexString(SHA256.HashData(octets));

    /// <summary>Answers with how the request came and the digest of its body.</summary>
    private protected static async Task AnswerDigestAsync(HttpContext context)
    {
        using var digest = SHA256.Create();
        var hash = await digest.ComputeHashAsync(context.Request.Body, context.RequestAborted);
        var length = context.Request.ContentLength is { } announced ? "length " + announced : context.Request.Headers.TransferEncoding.ToString();
        await context.Response.WriteAsync($"{context.Request.Method} {length} {Convert.ToHexString(hash)}");
    }
}
