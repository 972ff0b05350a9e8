using System.Data;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Catalogue.Storage;

/// <summary>
/// Everything in the store as one JSON file, and back: the same for every server, so that a backup also moves a store from one to another.
/// <code>{ "format": "appproxy-store", "migration": "…", "tables": { "Applications": [ { "Id": "…", … }, … ], … } }</code>
/// </summary>
internal sealed class StoreBackup(StoreConnection connection, TimeProvider time)
{
    private const string Format = "appproxy-store";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes what is committed at one moment.</summary>
    /// <exception cref="CatalogueException">There is no store, or it cannot be used.</exception>
    public async Task WriteAsync(Stream file, CancellationToken cancellationToken)
    {
        if (connection.IsMissing)
        {
            throw CatalogueException.Because(connection.Name, "the store", "does not exist");
        }

        await UseAsync(async context =>
        {
            await using var transaction = await context.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            var backup = new JsonObject
            {
                ["format"] = Format,
                ["migration"] = (await context.Database.GetAppliedMigrationsAsync(cancellationToken)).Last(),
                ["tables"] = await new StoreTables(context).ReadAsync(cancellationToken),
            };
            await JsonSerializer.SerializeAsync(file, backup, Indented, cancellationToken);
        });
    }

    /// <summary>Puts a backup in the place of everything the store holds; gateways that run take it over. A backup of an older version is brought up to this one.</summary>
    /// <exception cref="CatalogueException">No backup, one for another schema than the store has, or the store cannot be used.</exception>
    public async Task RestoreAsync(byte[] file, string source, CancellationToken cancellationToken)
    {
        var (migration, tables) = Read(file, source);
        await UseAsync(async context =>
        {
            if (!context.Database.GetMigrations().Contains(migration))
            {
                throw CatalogueException.Because(source, "$.migration", $"'{migration}' is of a newer version of the gateway: update this one");
            }

            if (connection.IsMissing)
            {
                PrivateFile.Create(connection.File!).Dispose();
            }

            var has = await context.Database.CanConnectAsync(cancellationToken) ? (await context.Database.GetAppliedMigrationsAsync(cancellationToken)).LastOrDefault() : null;
            if (has is null)
            {
                await context.Database.MigrateAsync(migration, cancellationToken);
            }
            else if (has != migration)
            {
                throw CatalogueException.Because(connection.Name, "the store", $"has the tables of '{has}', and the backup those of '{migration}': restore into a new store");
            }

            await ReplaceAsync(context, tables, cancellationToken);
        });
        await new CatalogueDatabase(connection, time).UpgradeAsync(cancellationToken);
    }

    private async Task ReplaceAsync(CatalogueContext context, JsonObject tables, CancellationToken cancellationToken)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        var before = await context.Catalogue.AsNoTracking().Select(static row => row.Version).SingleAsync(cancellationToken);
        await new StoreTables(context).ReplaceAsync(tables, cancellationToken);

        // What goes back to older settings is a change too: for gateways, and for connectors that hold the newer ones.
        var restored = await context.Catalogue.AsNoTracking().Select(static row => row.Version).SingleAsync(cancellationToken);
        var version = CatalogueVersion.After(Math.Max(before, restored), time);
        await context.Database.ExecuteSqlAsync($"""UPDATE "Catalogue" SET "Version" = {version}""", cancellationToken);
        await context.Database.ExecuteSqlAsync($"""UPDATE "Applications" SET "SettingsVersion" = {version}""", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static (string Migration, JsonObject Tables) Read(byte[] file, string source)
    {
        try
        {
            if (JsonNode.Parse(file) is JsonObject root && (string?)root["format"] == Format && (string?)root["migration"] is { } migration && root["tables"] is JsonObject tables)
            {
                return (migration, tables);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The same as a file of another kind.
        }

        throw CatalogueException.Because(source, "$", "is no backup of a store: 'backup' writes them");
    }

    private async Task UseAsync(Func<CatalogueContext, Task> use)
    {
        try
        {
            await using var context = connection.CreateContext();
            await use(context);
        }
        catch (Exception exception) when (StoreFailure.IsStores(exception) || exception is FormatException)
        {
            throw StoreFailure.Describe(connection, exception);
        }
    }
}
