using System.Buffers;
using System.Text;

namespace AppProxy.Gateway.Demo.SampleApp;

/// <summary>A small JSON API for scripts.</summary>
internal static class ApiEndpoints
{
    /// <summary>How much of a body is echoed; the rest is only counted.</summary>
    private const int MaxEchoedBody = 64 * 1024;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/time", SendTimeAsync);
        endpoints.Map("/api/echo", EchoAsync);
    }

    private static Task SendTimeAsync(HttpContext context)
    {
        var time = context.RequestServices.GetRequiredService<TimeProvider>();
        return context.Response.WriteAsJsonAsync(new TimeAnswer(time.GetUtcNow()), SampleJsonContext.Default.TimeAnswer);
    }

    private static async Task EchoAsync(HttpContext context)
    {
        var request = context.Request;
        var (length, body) = await ReadBodyAsync(request, context.RequestAborted);
        var headers = request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var answer = new EchoAnswer(request.Method, request.Path, request.QueryString.ToString(), headers, length, body);
        await context.Response.WriteAsJsonAsync(answer, SampleJsonContext.Default.EchoAnswer);
    }

    private static async Task<(long Length, string? Body)> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var start = new ArrayBufferWriter<byte>();
        long length = 0;
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            length += read.Buffer.Length;
            foreach (var segment in read.Buffer)
            {
                start.Write(segment.Span[..Math.Min(segment.Length, MaxEchoedBody - start.WrittenCount)]);
            }

            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return (length, length == 0 ? null : Encoding.UTF8.GetString(start.WrittenSpan));
            }
        }
    }
}
