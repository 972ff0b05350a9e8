using System.Globalization;
using AppProxy.Fuzz.Instrumenting;
using AppProxy.Fuzz.Targets;

namespace AppProxy.Fuzz.Running;

/// <summary>The process that runs the code under test, and that may die of it.</summary>
internal static class FuzzWorker
{
    public static void Run(FuzzWorkspace workspace, string targetName, TimeSpan duration, int seed, TextWriter output)
    {
        var target = TargetCatalogue.Find(targetName);
        using var recorder = new FlightRecorder(workspace.FlightRecorder);
        using var loop = new FuzzLoop(target, new InstrumentedContext(workspace.Instrumented).RunOf(target.Name), recorder, TimeProvider.System, seed);
        var discovered = workspace.Discovered(target.Name);
        var crashes = workspace.Crashes(target.Name);
        var before = recorder.Runs;
        loop.Run(
            workspace.Corpus(target.Name).ReadAll().Concat(discovered.ReadAll()),
            duration,
            input => discovered.Add("input", input),
            finding =>
            {
                output.WriteLine($"finding: {crashes.AddFinding(finding)}");
                output.WriteLine(finding.Description);
            });
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{target.Name}: {recorder.Runs - before:#,0} runs, {loop.Edges} edges, corpus of {loop.CorpusCount}"));
    }
}
