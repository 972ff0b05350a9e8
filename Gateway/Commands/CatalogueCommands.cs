using System.CommandLine;
using AppProxy.Contracts.Settings;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Applying;
using AppProxy.Gateway.Catalogue.Importing;
using AppProxy.Gateway.Catalogue.Schema;
using AppProxy.Gateway.Catalogue.Sources;
using AppProxy.Gateway.Catalogue.Storage;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Commands;

/// <summary>The verbs about the published apps: apply, export, import, schema.</summary>
internal static class CatalogueCommands
{
    public static IEnumerable<Command> Create() => [CreateApply(), CreateExport(), CreateImport(), CreateSchema()];

    private static Command CreateApply()
    {
        var file = Input("The apps file.");
        var dryRun = DryRun();
        var prune = Prune();
        var store = StoreOption.Create();
        var apply = new Command("apply", "Brings the store to what an apps file says: all of it, or nothing where something is wrong.") { file, dryRun, prune, store };
        apply.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(file);
            await ApplyAsync(parsed, CatalogueFile.Read(name), Path.GetFullPath(name), parsed.GetValue(store), parsed.GetValue(prune), parsed.GetValue(dryRun), cancellationToken, Path.GetDirectoryName(Path.GetFullPath(name)));
        });
        return apply;
    }

    private static Command CreateExport()
    {
        var output = Output();
        var store = StoreOption.Create();
        var export = new Command("export", "Writes what the store holds as an apps file.") { output, store };
        export.SetAction(async (parsed, cancellationToken) =>
        {
            var text = await CatalogueExport.WriteAsync(StoreChoice.Read(parsed.GetValue(store)).Store, TimeProvider.System, cancellationToken);
            WriteOutput(parsed, parsed.GetValue(output), text);
        });
        return export;
    }

    private static Command CreateImport()
    {
        var files = new Option<string[]>("--file", "-f")
        {
            Description = "What Microsoft Graph answered: /applications with onPremisesPublishing, connectorGroups with applications, /servicePrincipals with appRoleAssignedTo.",
            HelpName = "FILE",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var output = Output();
        output.Description = "Writes an apps file (- is the standard output) instead of applying it to the store.";
        var dryRun = DryRun();
        var store = StoreOption.Create();
        var import = new Command("import", "Takes over apps of Entra application proxy, and lists what has no counterpart.") { files, output, dryRun, store };
        import.SetAction(async (parsed, cancellationToken) =>
        {
            var graph = new GraphImport();
            foreach (var file in parsed.GetRequiredValue(files))
            {
                graph.Add(CatalogueFile.Read(file), Path.GetFullPath(file));
            }

            var apps = graph.Write();
            foreach (var remark in graph.Remarks)
            {
                parsed.InvocationConfiguration.Error.WriteLine(remark);
            }

            if (parsed.GetValue(output) is { } target)
            {
                WriteOutput(parsed, target, apps);
            }
            else
            {
                await ApplyAsync(
                    parsed, System.Text.Encoding.UTF8.GetBytes(apps), "The imported apps (-o writes them into a file, to be mended)", parsed.GetValue(store), prune: false, parsed.GetValue(dryRun), cancellationToken);
            }
        });
        return import;
    }

    private static Command CreateSchema()
    {
        var output = Output();
        var schema = new Command("schema", "Writes the JSON Schema of apps files, for editors.") { output };
        schema.SetAction(parsed => WriteOutput(parsed, parsed.GetValue(output), CatalogueSchema.Write()));
        return schema;
    }

    private static async Task ApplyAsync(ParseResult parsed, byte[] json, string source, string? store, bool prune, bool isDryRun, CancellationToken cancellationToken, string? folder = null)
    {
        var choice = StoreChoice.Read(store);
        var (ownHosts, canSignIn) = choice.ReadRules();
        var plan = await new CatalogueApply(choice.Store, ownHosts, TimeProvider.System, canSignIn).ApplyAsync(json, source, prune, isDryRun, cancellationToken, folder);
        if (!isDryRun)
        {
            await CommandAudit.WriteAsync(choice.Store, plan.Differences.Select(static difference => $"apply: {difference.Kind.ToString().ToLowerInvariant()} {difference.Subject}"), cancellationToken);
        }

        ApplyReport.Write(plan, choice.Store.Name, isDryRun, parsed.InvocationConfiguration.Output);
    }

    private static Option<string> Input(string description) => new("--file", "-f") { Description = description, HelpName = "FILE", Required = true };

    private static Option<string?> Output() => new("--output", "-o") { Description = "The file to write; without it, the standard output.", HelpName = "FILE" };

    private static Option<bool> DryRun() => new("--dry-run") { Description = "Shows what would change, and changes nothing." };

    private static Option<bool> Prune() => new("--prune") { Description = "Removes what the file does not name, of each kind that it has a list of: apps, groups, policies, named locations." };

    private static void WriteOutput(ParseResult parsed, string? file, string text)
    {
        if (file is null or "-")
        {
            parsed.InvocationConfiguration.Output.Write(text);
        }
        else
        {
            OutputFile.Write(file, System.Text.Encoding.UTF8.GetBytes(text));
        }
    }
}
