using System.CommandLine;
using AppProxy.Benchmarks.Contenders;
using AppProxy.Benchmarks.Links;
using AppProxy.Benchmarks.Reporting;
using AppProxy.Benchmarks.Roles;
using AppProxy.Benchmarks.Running;
using AppProxy.Benchmarks.Sealing;
using AppProxy.Benchmarks.SignIn;

// The run, and the roles in which it starts itself again; their names must not be those of contenders.
var rounds = new Option<int>("--rounds") { Description = "Rounds; medians are shown.", DefaultValueFactory = _ => 3 };
var seconds = new Option<int>("--seconds") { Description = "Seconds of load per row, contender and round.", DefaultValueFactory = _ => 4 };
var rows = new Option<string[]>("--rows") { Description = "Rows, or beginnings of their names.", AllowMultipleArgumentsPerToken = true };
var contenders = new Option<string[]>("--contenders") { Description = "Who takes part.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ContenderNames.All };
contenders.AcceptOnlyFromAmong(ContenderNames.All);
var large = new Option<int>("--large") { Description = "Size of a large body, in MiB.", DefaultValueFactory = _ => 512 };
var ownGenerator = new Option<bool>("--own-generator") { Description = "Do without wrk." };
var output = new Option<FileInfo?>("--output") { Description = "Where to write the report as Markdown; Tests/Benchmarks/RESULTS.md is the committed one." };

var root = new RootCommand("Measures the relay side by side with others.") { rounds, seconds, rows, contenders, large, ownGenerator, output };
root.SetAction(async (arguments, cancellationToken) =>
{
    var terminal = arguments.InvocationConfiguration.Output;
    var options = new RunOptions
    {
        Rounds = arguments.GetValue(rounds),
        Seconds = arguments.GetValue(seconds),
        Rows = arguments.GetValue(rows) ?? [],
        Contenders = arguments.GetValue(contenders)!,
        LargeMebibytes = arguments.GetValue(large),
        OwnGeneratorOnly = arguments.GetValue(ownGenerator),
    };
    await using var run = new BenchmarkRun(options, terminal);
    var report = MarkdownReport.Write(await run.RunAsync(cancellationToken));
    await terminal.WriteLineAsync();
    await terminal.WriteLineAsync(report);
    if (arguments.GetValue(output) is { } file)
    {
        await File.WriteAllTextAsync(file.FullName, report, cancellationToken);
    }
});

var certificate = new Option<string?>("--certificate") { Description = "PKCS #12 file; TLS when given." };
var to = new Option<string>("--to") { Description = "Where to forward.", Required = true };
var commandLine = new Argument<string[]>("command");

var app = new Command("role-app", "Role: the internal app.") { certificate };
app.Hidden = true;
app.SetAction((arguments, cancellationToken) => AppRole.RunAsync(arguments.GetValue(certificate), cancellationToken));

var yarp = new Command("role-yarp", "Role: YARP in front of something.") { to, certificate };
yarp.Hidden = true;
yarp.SetAction((arguments, cancellationToken) => YarpRole.RunAsync(new Uri(arguments.GetValue(to)!), arguments.GetValue(certificate), cancellationToken));

var load = new Command("role-load", "Role: the own load generator.") { Hidden = true };
load.SetAction((_, cancellationToken) => LoadRole.RunAsync(cancellationToken));

var guard = new Command("role-guard", "Role: keeps another program on a leash.") { commandLine };
guard.Hidden = true;
guard.SetAction((arguments, cancellationToken) => GuardRole.RunAsync(arguments.GetValue(commandLine)!, cancellationToken));

var links = new Command("links", "Measures what it costs to translate the links in a megabyte of text, in this process.") { seconds };
links.SetAction((arguments, _) => LinkCost.RunAsync(arguments.GetValue(seconds), arguments.InvocationConfiguration.Output));

var sealing = new Command("sealing", "Measures what it costs to seal messages for a broker of somebody else's, and to open them, in this process.") { seconds };
sealing.SetAction((arguments, _) => SealingCost.RunAsync(arguments.GetValue(seconds), arguments.InvocationConfiguration.Output));

var signIn = new Command("sign-in", "Measures what a signed-in request costs the gateway beside one to an open app, and what a session takes.") { seconds, rounds };
signIn.SetAction((arguments, cancellationToken) => SignInCost.RunAsync(arguments.GetValue(rounds), arguments.GetValue(seconds), arguments.InvocationConfiguration.Output, cancellationToken));

var sessions = new Command("sessions", "Measures what a session takes, in memory and in the store.");
sessions.SetAction((arguments, cancellationToken) => SessionMemory.WriteAsync(arguments.InvocationConfiguration.Output, cancellationToken));

root.Subcommands.Add(links);
root.Subcommands.Add(sealing);
root.Subcommands.Add(signIn);
root.Subcommands.Add(sessions);
root.Subcommands.Add(app);
root.Subcommands.Add(yarp);
root.Subcommands.Add(load);
root.Subcommands.Add(guard);
return await root.Parse(args).InvokeAsync();
