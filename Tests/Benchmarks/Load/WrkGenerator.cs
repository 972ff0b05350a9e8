using System.Diagnostics;
using System.Globalization;

namespace AppProxy.Benchmarks.Load;

/// <summary>wrk with one thread: cheaper than anything written in .NET, so it leaves more of a small machine to the contenders.</summary>
/// <remarks>It cannot count requests that never end (they are no error to it), so faults are not its business.</remarks>
internal sealed class WrkGenerator : ILoadGenerator
{
    private const string Program = "/usr/bin/wrk";

    public static bool IsInstalled => File.Exists(Program);

    public string Name => "wrk";

    public bool Takes(LoadOrder order) => order.Kind == LoadKind.Requests && order.RequestBytes == 0;

    public async Task<LoadReport> RunAsync(LoadOrder order, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "--latency",
            "-t1",
            string.Create(CultureInfo.InvariantCulture, $"-c{order.Connections}"),
            string.Create(CultureInfo.InvariantCulture, $"-d{order.Seconds}s"),
            .. order.Host is { } host ? ["-H", "Host: " + host] : Array.Empty<string>(),
            order.Url.ToString(),
        ];
        using var process = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return WrkOutput.Parse(output, await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
