using System.Globalization;
using System.Text;

namespace AppProxy.Gateway.Demo.SampleApp;

/// <summary>Server-sent events (WHATWG HTML section 9.2): the time, once a second, until the client leaves.</summary>
internal static class ClockEndpoint
{
    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet("/clock", SendAsync);

    private static async Task SendAsync(HttpContext context)
    {
        if (!context.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            await Pages.SendAsync(context, "clock", "Clock");
            return;
        }

        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var time = context.RequestServices.GetRequiredService<TimeProvider>();
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.Append("Vary", "Accept");
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        try
        {
            do
            {
                var text = string.Create(CultureInfo.InvariantCulture, $"data: {time.GetUtcNow():O}\n\n");
                await context.Response.WriteAsync(text, Encoding.UTF8, end.Token);
                await context.Response.Body.FlushAsync(end.Token);
            }
            while (await timer.WaitForNextTickAsync(end.Token));
        }
        catch (OperationCanceledException)
        {
            // The client left, or the app stops: the only ends that this response has.
        }
    }
}
