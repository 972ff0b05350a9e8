using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AppProxy.Tests.EndToEnd.Clients;

/// <summary>The app that the libraries' programs ask; they check its answers themselves.</summary>
internal sealed class EchoApp
{
    private int _redirected;

    public Signal Aborted { get; } = new();

    public int Redirected => Volatile.Read(ref _redirected);

    public Task AnswerAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/echo" => EchoAsync(context),
        "/form" => FormAsync(context),
        "/gzip" => GzipAsync(context),
        "/bytes" => BytesAsync(context),
        "/lines" => LinesAsync(context),
        "/redirect" => RedirectAsync(context),
        "/cookie" => CookieAsync(context),
        "/hold" => HoldAsync(context),
        _ => NotFoundAsync(context),
    };

    /// <summary>The body comes back while it comes in.</summary>
    private static async Task EchoAsync(HttpContext context)
    {
        context.Response.Headers["X-Method"] = context.Request.Method;
        context.Response.Headers["X-Seen"] = context.Request.Headers["X-Sent"];
        context.Response.ContentType = context.Request.ContentType;
        await context.Response.Body.FlushAsync();
        await context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static async Task FormAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        using var content = new MemoryStream();
        await form.Files.Single().CopyToAsync(content);
        await context.Response.WriteAsync(JsonSerializer.Serialize(new
        {
            text = form["text"].ToString(),
            name = form.Files.Single().FileName,
            digest = Convert.ToHexStringLower(SHA256.HashData(content.ToArray())),
        }));
    }

    private static async Task GzipAsync(HttpContext context)
    {
        context.Response.Headers.ContentEncoding = "gzip";
        await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
        await gzip.WriteAsync(new byte[100_000]);
    }

    private static async Task BytesAsync(HttpContext context)
    {
        var count = int.Parse(context.Request.Query["count"].ToString(), CultureInfo.InvariantCulture);
        context.Response.ContentLength = count;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(new byte[count], context.RequestAborted);
        }
    }

    /// <summary>Answers each line of the request before the next: nothing on the way may wait for a whole body.</summary>
    private static async Task LinesAsync(HttpContext context)
    {
        await context.Response.Body.FlushAsync();
        using var reader = new StreamReader(context.Request.Body);
        while (await reader.ReadLineAsync(context.RequestAborted) is { } line)
        {
            await context.Response.WriteAsync("seen " + line + "\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private Task RedirectAsync(HttpContext context)
    {
        Interlocked.Increment(ref _redirected);
        context.Response.StatusCode = context.Request.Query.ContainsKey("keep") ? 307 : 302;
        context.Response.Headers.Location = "/echo";
        return Task.CompletedTask;
    }

    private static Task CookieAsync(HttpContext context)
    {
        context.Response.Cookies.Append("visit", "1", new CookieOptions { Path = "/", HttpOnly = true });
        return context.Response.WriteAsync(context.Request.Headers.Cookie.ToString());
    }

    private async Task HoldAsync(HttpContext context)
    {
        context.RequestAborted.Register(Aborted.Set);
        await context.Response.WriteAsync("begun\n");
        await context.Response.Body.FlushAsync();
        await Aborted.WaitAsync(CancellationToken.None);
    }

    private static async Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = 404;
        await context.Response.WriteAsync("no such page");
    }
}
