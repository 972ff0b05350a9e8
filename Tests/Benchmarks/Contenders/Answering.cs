using AppProxy.Benchmarks.Load;
using AppProxy.Benchmarks.Running;

namespace AppProxy.Benchmarks.Contenders;

/// <summary>Waits until something answers HTTP that does not say by itself when it is ready.</summary>
internal static class Answering
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static async Task WaitAsync(Entrance entrance, ChildProcess[] processes, CancellationToken cancellationToken)
    {
        var order = new LoadOrder { Kind = LoadKind.Transfer, Url = new Uri(entrance.Url, "/1k"), Host = entrance.Host, ResponseBytes = 1024 };
        var startedAt = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var report = await new TransferLoad(order).RunAsync(cancellationToken);
            if (report.Answered == 1)
            {
                return;
            }

            var died = Array.Find(processes, process => process.HasExited);
            if (died is not null || TimeProvider.System.GetElapsedTime(startedAt) > Patience)
            {
                var said = string.Join(" | ", processes.Select(process => process.LastErrors()));
                throw new ContenderUnavailableException($"{entrance.Url} does not answer: {report.FirstError}. {said}");
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }
}
