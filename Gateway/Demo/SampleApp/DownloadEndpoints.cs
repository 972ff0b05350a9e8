using Microsoft.Net.Http.Headers;

namespace AppProxy.Gateway.Demo.SampleApp;

/// <summary>A body of any size, made while it is sent, and a fixed file that can be had in parts.</summary>
internal static class DownloadEndpoints
{
    private const int BlockSize = 64 * 1024;
    private const int FileSize = 1024 * 1024;
    private static readonly byte[] File = MakeFile();
    private static readonly EntityTagHeaderValue FileTag = new("\"sample-1\"");

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMethods("/download", [HttpMethods.Get, HttpMethods.Head], SendAsync);
        endpoints.MapMethods("/download/sample.bin", [HttpMethods.Get, HttpMethods.Head], SendFileAsync);
    }

    private static async Task SendAsync(HttpContext context)
    {
        if (!context.Request.Query.TryGetValue("size", out var text))
        {
            await Pages.SendAsync(context, "download", "Download");
            return;
        }

        if (!ByteSize.TryParse(text.ToString(), out var left))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync("size must be a number of bytes, KB, MB or GB, such as 10MB");
            return;
        }

        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = left;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        while (left > 0)
        {
            var count = (int)Math.Min(left, BlockSize);
            var flushed = await context.Response.BodyWriter.WriteAsync(File.AsMemory(0, count), context.RequestAborted);
            if (flushed.IsCompleted)
            {
                return;
            }

            left -= count;
        }
    }

    private static Task SendFileAsync(HttpContext context)
        => Results.Bytes(File, "application/octet-stream", entityTag: FileTag, enableRangeProcessing: true).ExecuteAsync(context);

    /// <summary>The same bytes at every start, so that parts of two downloads fit together.</summary>
    private static byte[] MakeFile()
    {
        var file = new byte[FileSize];
        new Random(1).NextBytes(file);
        return file;
    }
}
