using System.Security.Cryptography;

namespace AppProxy.Gateway.Demo.SampleApp;

/// <summary>Counts and hashes a body as it arrives, and keeps nothing of it.</summary>
internal static class UploadEndpoint
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/upload", context => Pages.SendAsync(context, "upload", "Upload"));
        endpoints.MapPost("/upload", ReceiveAsync);
        endpoints.MapPut("/upload", ReceiveAsync);
    }

    private static async Task ReceiveAsync(HttpContext context)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var body = context.Request.BodyReader;
        long bytes = 0;
        while (true)
        {
            var read = await body.ReadAsync(context.RequestAborted);
            foreach (var segment in read.Buffer)
            {
                hash.AppendData(segment.Span);
            }

            bytes += read.Buffer.Length;
            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        var answer = new UploadAnswer(bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
        await context.Response.WriteAsJsonAsync(answer, SampleJsonContext.Default.UploadAnswer);
    }
}
