using System.Text.Json;
using AppProxy.Benchmarks.Running;

namespace AppProxy.Benchmarks.Load;

/// <summary>The load role in a process of its own, kept for the whole run so that its code stays compiled.</summary>
internal sealed class OwnGenerator : ILoadGenerator, IAsyncDisposable
{
    private readonly ChildProcess _process = ChildProcess.StartRole("role-load");

    public string Name => "own";

    public bool Takes(LoadOrder order) => true;

    public async Task<LoadReport> RunAsync(LoadOrder order, CancellationToken cancellationToken)
    {
        await _process.Input.WriteLineAsync(JsonSerializer.Serialize(order, LoadJson.Default.LoadOrder));
        await _process.Input.FlushAsync(cancellationToken);
        var line = await _process.Output.ReadLineAsync(cancellationToken)
            ?? throw new InvalidOperationException($"The load role is gone: {_process.LastErrors()}");
        return JsonSerializer.Deserialize(line, LoadJson.Default.LoadReport)!;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
