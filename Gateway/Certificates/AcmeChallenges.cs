using System.Buffers;

namespace AppProxy.Gateway.Certificates;

/// <summary>Answers HTTP-01 challenges (RFC 8555 section 8.3) that an ACME client has laid in a folder, on every host: certificates are asked for before an app has one.</summary>
internal sealed class AcmeChallenges(string folder)
{
    /// <summary>Base64url, and so never a path.</summary>
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create("-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public static readonly PathString Path = new("/.well-known/acme-challenge");

    private const int LongestToken = 256;
    private const int MostOctets = 4096;

    private readonly string _folder = System.IO.Path.Combine(System.IO.Path.GetFullPath(folder), ".well-known", "acme-challenge");

    /// <summary>The answer under way, or null where it is no challenge that we were given: an app may have clients of its own.</summary>
    public Task? TryAnswer(HttpContext context)
    {
        var request = context.Request;
        if (!request.Path.StartsWithSegments(Path, out var rest) || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            || rest.Value is not ['/', .. { Length: > 0 and <= LongestToken } token] || token.AsSpan().ContainsAnyExcept(TokenCharacters))
        {
            return null;
        }

        var file = new FileInfo(System.IO.Path.Combine(_folder, token));
        return file.Exists && file.Length <= MostOctets ? WriteAsync(context, file.FullName) : null;
    }

    private static async Task WriteAsync(HttpContext context, string file)
    {
        byte[] content;
        try
        {
            content = await File.ReadAllBytesAsync(file, context.RequestAborted);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Taken away again, or not for us to read: the client's authority says what it got.
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = content.Length;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(content, context.RequestAborted);
        }
    }
}
