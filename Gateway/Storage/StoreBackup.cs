using System.Data;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Storage;

/// <summary>
/// Everything in the store as one JSON file, and back: the same for every server, so that a backup also moves a store from one to another.
/// <code>{ "format": "appproxy-store", "migration": "…", "tables": { "Applications": [ { "Id": "…", … }, … ], … } }</code>
/// </summary>
internal sealed class StoreBackup(StoreConnection connection)
{
    private const string Format = "appproxy-store";
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes what is committed at one moment.</summary>
    /// <exception cref="StoreException">There is no store, or it cannot be used.</exception>
    public async Task WriteAsync(Stream file, CancellationToken cancellationToken)
    {
        if (connection.IsMissing)
        {
            throw new StoreException(connection.Name, "the store does not exist");
        }

        await connection.UseAsync(async context =>
        {
            await using var transaction = await context.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            var backup = new JsonObject
            {
                ["format"] = Format,
                ["migration"] = (await context.Database.GetAppliedMigrationsAsync(cancellationToken)).Last(),
                ["tables"] = await new StoreTables(context).ReadAsync(cancellationToken),
            };
            await JsonSerializer.SerializeAsync(file, backup, Indented, cancellationToken);
            return true;
        });
    }

    /// <summary>Puts a backup in the place of everything the store holds; gateways that run take it over. A backup of an older version is brought up to this one.</summary>
    /// <param name="file">What <see cref="WriteAsync"/> wrote.</param>
    /// <param name="source">Its name, for errors.</param>
    /// <param name="replacing">Gets the context, in the transaction, and what replaces the rows: so that going back can be told from standing still.</param>
    /// <param name="cancellationToken">Leaves the store as it was.</param>
    /// <exception cref="StoreException">No backup, one for another schema than the store has, or the store cannot be used.</exception>
    public async Task RestoreAsync(byte[] file, string source, Func<StoreContext, Func<Task>, Task> replacing, CancellationToken cancellationToken)
    {
        var (migration, tables) = Read(file, source);
        await connection.UseAsync(async context =>
        {
            if (!context.Database.GetMigrations().Contains(migration))
            {
                throw new StoreException(source, $"$.migration: '{migration}' is of a newer version of the gateway: update this one");
            }

            connection.CreateFile();
            var has = (await StoreSchema.GetAppliedAsync(context, cancellationToken)).LastOrDefault();
            if (has is null)
            {
                await context.Database.MigrateAsync(migration, cancellationToken);
            }
            else if (has != migration)
            {
                throw new StoreException(connection.Name, $"the store has the tables of '{has}', and the backup those of '{migration}': restore into a new store");
            }

            await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
            try
            {
                await replacing(context, () => new StoreTables(context).ReplaceAsync(tables, cancellationToken));
            }
            catch (FormatException damage)
            {
                throw new StoreException(source, $"is a damaged backup, and nothing was restored: {damage.Message}");
            }

            await transaction.CommitAsync(cancellationToken);
            return true;
        });
        await StoreSchema.UpgradeAsync(connection, cancellationToken);
    }

    private static (string Migration, JsonObject Tables) Read(byte[] file, string source)
    {
        try
        {
            if (JsonNode.Parse(file, documentOptions: Strict) is JsonObject root && (string?)root["format"] == Format && (string?)root["migration"] is { } migration && root["tables"] is JsonObject tables)
            {
                Check(tables, source);
                return (migration, tables);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The same as a file of another kind.
        }

        throw new StoreException(source, "is no backup of a store: 'backup' writes them");
    }

    /// <summary>Tables are lists of rows, and rows have single values: so that nothing is begun with what cannot be ended.</summary>
    private static void Check(JsonObject tables, string source)
    {
        foreach (var (name, rows) in tables)
        {
            if (rows is not JsonArray list)
            {
                throw new StoreException(source, $"is a damaged backup: $.tables.{name} must be a list of rows, [ … ]");
            }

            foreach (var (index, row) in list.Index())
            {
                if (row is not JsonObject { Count: > 0 } columns)
                {
                    throw new StoreException(source, $"is a damaged backup: $.tables.{name}[{index}] must be a row, {{ … }}");
                }

                foreach (var (column, value) in columns)
                {
                    if (value is not (null or JsonValue) || !IsOfAColumn(value?.AsValue()))
                    {
                        throw new StoreException(source, $"is a damaged backup: $.tables.{name}[{index}].{column} must be a text, a whole number, true, false or null");
                    }
                }
            }
        }
    }

    private static bool IsOfAColumn(JsonValue? value) => value?.GetValueKind() switch
    {
        JsonValueKind.Number => value.TryGetValue<long>(out _),
        JsonValueKind.String => value.TryGetValue<string>(out _),
        _ => true,
    };
}
