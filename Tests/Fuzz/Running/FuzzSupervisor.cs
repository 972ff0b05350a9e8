using System.Diagnostics;
using System.Globalization;
using AppProxy.Fuzz.Instrumenting;
using AppProxy.Fuzz.Targets;

namespace AppProxy.Fuzz.Running;

/// <summary>Runs workers, notices when one hangs or dies, saves what it was at, and lets another go on.</summary>
internal sealed class FuzzSupervisor(FuzzWorkspace workspace, TimeProvider timeProvider, TextWriter output)
{
    /// <summary>An input that takes longer than this hangs: ordinary ones take microseconds.</summary>
    private static readonly TimeSpan HangTime = TimeSpan.FromSeconds(5);

    /// <summary>A worker that has not run anything yet is still being compiled.</summary>
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>The same fatal bug is found again and again, so a few deaths are enough for one run.</summary>
    private const int MostDeaths = 3;

    /// <summary>Instruments the code under test; once per run.</summary>
    public void Prepare() => InstrumentedCopies.Write(workspace.Instrumented);

    /// <summary>Fuzzes one target and returns the number of findings.</summary>
    public async Task<int> RunAsync(FuzzTarget target, TimeSpan duration, int seed, CancellationToken cancellationToken)
    {
        var findings = 0;
        var startedAt = timeProvider.GetTimestamp();
        for (var deaths = 0; deaths < MostDeaths; deaths++)
        {
            var left = duration - timeProvider.GetElapsedTime(startedAt);
            if (left <= TimeSpan.Zero)
            {
                break;
            }

            var (death, found) = await RunWorkerAsync(target, left, seed + deaths, cancellationToken);
            findings += found;
            if (death is null)
            {
                break;
            }

            findings++;
            await output.WriteLineAsync($"finding: {death}");
        }

        return findings;
    }

    private async Task<(string? Death, int Findings)> RunWorkerAsync(FuzzTarget target, TimeSpan duration, int seed, CancellationToken cancellationToken)
    {
        File.Delete(workspace.FlightRecorder);
        using var recorder = new FlightRecorder(workspace.FlightRecorder);
        using var worker = Start(target, duration, seed);
        var said = RelayOutputAsync(worker.StandardOutput);
        var complaints = worker.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            var hangs = await WatchAsync(worker, recorder, cancellationToken);
            if (hangs)
            {
                worker.Kill();
            }

            await worker.WaitForExitAsync(cancellationToken);
            var findings = await said;
            if (!hangs && worker.ExitCode == 0)
            {
                return (null, findings);
            }

            if (recorder.Runs == 0)
            {
                throw new InvalidOperationException($"The worker did not start: {await complaints}");
            }

            if (!hangs)
            {
                await output.WriteLineAsync(await complaints);
            }

            return (workspace.Crashes(target.Name).Add(hangs ? "hang" : "death", recorder.LastInput()), findings);
        }
        finally
        {
            if (!worker.HasExited)
            {
                worker.Kill();
            }
        }
    }

    private Process Start(FuzzTarget target, TimeSpan duration, int seed)
    {
        string[] arguments =
        [
            "worker",
            "--target", target.Name,
            "--seconds", duration.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture),
            "--seed", seed.ToString(CultureInfo.InvariantCulture),
            "--work", workspace.Work,
            "--corpus", workspace.Seeds,
            "--crashes", workspace.Findings,
        ];
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "AppProxy.Fuzz"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workspace.Work,
        };

        // A length that is believed becomes an allocation: 1 GiB in all is a finding, not a swapped machine.
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x40000000";
        return Process.Start(start) ?? throw new InvalidOperationException("The worker did not start.");
    }

    private async Task<bool> WatchAsync(Process worker, FlightRecorder recorder, CancellationToken cancellationToken)
    {
        var lastRuns = -1L;
        var lastProgress = timeProvider.GetTimestamp();
        using var timer = new PeriodicTimer(LookInterval, timeProvider);
        while (!worker.HasExited)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            var runs = recorder.Runs;
            if (runs != lastRuns)
            {
                (lastRuns, lastProgress) = (runs, timeProvider.GetTimestamp());
            }
            else if (timeProvider.GetElapsedTime(lastProgress) > (runs == 0 ? StartTime : HangTime))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<int> RelayOutputAsync(StreamReader said)
    {
        var findings = 0;
        while (await said.ReadLineAsync() is { } line)
        {
            findings += line.StartsWith("finding: ", StringComparison.Ordinal) ? 1 : 0;
            await output.WriteLineAsync(line);
        }

        return findings;
    }
}
