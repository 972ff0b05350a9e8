using System.CommandLine;
using AppProxy.Gateway.Catalogue.Sources;
using AppProxy.Gateway.Catalogue.Storage;
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
        var restore = new Command("restore", "Puts a backup in the place of everything that the store holds.") { file, store };
        restore.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(file);
            var connection = StoreChoice.Read(parsed.GetValue(store)).Store;
            await new StoreBackup(connection).RestoreAsync(
                CatalogueFile.Read(name), Path.GetFullPath(name), new CatalogueDatabase(connection, TimeProvider.System).ReplaceAsync, cancellationToken);
            await CommandAudit.WriteAsync(connection, $"restore {Path.GetFullPath(name)}", cancellationToken);
        });
        return restore;
    }
}
