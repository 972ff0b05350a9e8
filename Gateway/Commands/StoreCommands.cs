using System.CommandLine;
using AppProxy.Gateway.Catalogue.Sources;
using AppProxy.Gateway.Catalogue.Storage;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Commands;

/// <summary>The verbs about the store as a whole.</summary>
internal static class StoreCommands
{
    public static IEnumerable<Command> Create() => [CreateBackup(), CreateRestore()];

    private static Command CreateBackup()
    {
        var output = new Option<string>("--output", "-o") { Description = "The file to write.", HelpName = "FILE", Required = true };
        var store = StoreOption.Create();
        var backup = new Command("backup", "Writes everything that the store holds into a file, while gateways go on using it.") { output, store };
        backup.SetAction(async (parsed, cancellationToken) =>
        {
            using var content = new MemoryStream();
            await new StoreBackup(StoreChoice.Read(parsed.GetValue(store)).Store).WriteAsync(content, cancellationToken);
            OutputFile.Write(parsed.GetRequiredValue(output), content.ToArray());
        });
        return backup;
    }

    private static Command CreateRestore()
    {
        var file = new Option<string>("--file", "-f") { Description = "A file that 'backup' wrote.", HelpName = "FILE", Required = true };
        var store = StoreOption.Create();
        var restore = new Command("restore", "Puts a backup in the place of everything that the store holds; gives nobody back what was revoked since.") { file, store };
        restore.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(file);
            var connection = StoreChoice.Read(parsed.GetValue(store)).Store;
            var revocations = new KeptRevocations();
            await new StoreBackup(connection).RestoreAsync(
                CatalogueFile.Read(name),
                Path.GetFullPath(name),
                (context, replace) => new CatalogueDatabase(connection, TimeProvider.System).ReplaceAsync(context, () => revocations.KeepAsync(context, replace, cancellationToken)),
                cancellationToken);
            parsed.InvocationConfiguration.Output.WriteLine(
                !revocations.IsStoreKnown ? "Restored. The store knew no connectors before: who was revoked after the backup was made has to be revoked again ('connectors list' tells who is active)."
                : revocations.Connectors.Count == 0 ? "Restored."
                : $"Restored. These connectors stay without rights, unlike in the backup: {string.Join(", ", revocations.Connectors)}.");
            await CommandAudit.WriteAsync(connection, $"restore {Path.GetFullPath(name)}", cancellationToken);
        });
        return restore;
    }
}
