using System.CommandLine;
using AppProxy.Fuzz.Running;
using AppProxy.Fuzz.Targets;

var targets = new Option<string[]>("--targets") { Description = "What to fuzz; without it, everything but the planted bugs.", AllowMultipleArgumentsPerToken = true };
targets.AcceptOnlyFromAmong([.. TargetCatalogue.All.Select(entry => entry.Name)]);
var seconds = new Option<double>("--seconds") { Description = "For each target.", DefaultValueFactory = _ => 60 };
var seed = new Option<int>("--seed") { Description = "Of the random changes; without it, another one each run.", DefaultValueFactory = _ => Random.Shared.Next() };
var corpus = new Option<string>("--corpus") { Description = "Seed inputs.", DefaultValueFactory = _ => Path.Combine("Tests", "Fuzz", "Corpus") };
var crashes = new Option<string>("--crashes") { Description = "Where findings go.", DefaultValueFactory = _ => Path.Combine("Tests", "Fuzz", "Crashes") };
var grow = new Option<bool>("--grow") { Description = "Add to the seeds what reached something new." };

var root = new RootCommand("Fuzzes what reads bytes from strangers. Run it from the root of the repository.") { targets, seconds, seed, corpus, crashes, grow };
root.SetAction(async (arguments, cancellationToken) =>
{
    var terminal = arguments.InvocationConfiguration.Output;
    var chosen = arguments.GetValue(targets) is { Length: > 0 } names
        ? names.Select(TargetCatalogue.Find).ToArray()
        : [.. TargetCatalogue.All.Where(entry => !entry.IsPlanted)];
    var work = Directory.CreateTempSubdirectory("appproxy-fuzz-");
    try
    {
        var workspace = new FuzzWorkspace(work.FullName, Path.GetFullPath(arguments.GetValue(corpus)!), Path.GetFullPath(arguments.GetValue(crashes)!));
        var supervisor = new FuzzSupervisor(workspace, TimeProvider.System, terminal);
        supervisor.Prepare();
        var findings = 0;
        await terminal.WriteLineAsync($"seed {arguments.GetValue(seed)}");
        foreach (var chosenTarget in chosen)
        {
            findings += await supervisor.RunAsync(chosenTarget, TimeSpan.FromSeconds(arguments.GetValue(seconds)), arguments.GetValue(seed), cancellationToken);
            if (arguments.GetValue(grow))
            {
                foreach (var input in workspace.Discovered(chosenTarget.Name).ReadAll())
                {
                    workspace.Corpus(chosenTarget.Name).Add("input", input);
                }
            }
        }

        return findings == 0 ? 0 : 1;
    }
    finally
    {
        work.Delete(recursive: true);
    }
});

var target = new Option<string>("--target") { Required = true };
var workFolder = new Option<string>("--work") { Required = true };
var worker = new Command("worker", "Role: runs the code under test.") { target, seconds, seed, workFolder, corpus, crashes };
worker.Hidden = true;
worker.SetAction(arguments => FuzzWorker.Run(
    new FuzzWorkspace(arguments.GetValue(workFolder)!, arguments.GetValue(corpus)!, arguments.GetValue(crashes)!),
    arguments.GetValue(target)!,
    TimeSpan.FromSeconds(arguments.GetValue(seconds)),
    arguments.GetValue(seed),
    arguments.InvocationConfiguration.Output));
root.Subcommands.Add(worker);
return await root.Parse(args).InvokeAsync();
