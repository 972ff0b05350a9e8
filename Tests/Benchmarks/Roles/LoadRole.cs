using System.Text.Json;
using AppProxy.Benchmarks.Load;

namespace AppProxy.Benchmarks.Roles;

/// <summary>The own load generator: one order a line on standard input, one report a line on standard output, until the input ends.</summary>
internal static class LoadRole
{
    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        using var input = new StreamReader(StandardStreams.OpenInput());
        await using var output = StandardStreams.OpenOutput();
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            var order = JsonSerializer.Deserialize(line, LoadJson.Default.LoadOrder)!;
            var report = order.Kind switch
            {
                LoadKind.Requests => await new RequestLoad(order).RunAsync(cancellationToken),
                LoadKind.Transfer => await new TransferLoad(order).RunAsync(cancellationToken),
                _ => await new EventLoad(order).RunAsync(cancellationToken),
            };
            await output.WriteLineAsync(JsonSerializer.Serialize(report, LoadJson.Default.LoadReport));
        }
    }
}
