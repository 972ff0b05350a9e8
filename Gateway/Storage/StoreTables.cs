using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace AppProxy.Gateway.Storage;

/// <summary>All tables of the store as JSON and back, by the model: a table that is added later is in every backup without being named here.</summary>
[SuppressMessage("Security", "CA2100", Justification = "Names of tables and columns come from the model, or are checked against it; values are parameters.")]
internal sealed class StoreTables(StoreContext context)
{
    private readonly ISqlGenerationHelper _sql = context.GetService<ISqlGenerationHelper>();

    /// <summary>Tables, those first that others refer to.</summary>
    private List<IEntityType> InOrder
    {
        get
        {
            var ordered = new List<IEntityType>();
            void Add(IEntityType table)
            {
                if (!ordered.Contains(table))
                {
                    table.GetForeignKeys().Select(static key => key.PrincipalEntityType).Where(principal => principal != table).ToList().ForEach(Add);
                    ordered.Add(table);
                }
            }

            context.Model.GetEntityTypes().OrderBy(static table => table.GetTableName(), StringComparer.Ordinal).ToList().ForEach(Add);
            return ordered;
        }
    }

    public async Task<JsonObject> ReadAsync(CancellationToken cancellationToken)
    {
        var tables = new JsonObject();
        foreach (var table in InOrder)
        {
            var columns = table.GetProperties().ToList();
            var keys = table.FindPrimaryKey()!.Properties.Select(key => Quote(key.GetColumnName()));
            await using var command = CreateCommand(
                $"SELECT {string.Join(", ", columns.Select(column => Quote(column.GetColumnName())))} FROM {Quote(table.GetTableName()!)} ORDER BY {string.Join(", ", keys)}");
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var rows = new JsonArray();
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(new JsonObject(columns.Select((column, index) => KeyValuePair.Create(column.GetColumnName(), (JsonNode?)ToJson(column, reader.GetValue(index))))));
            }

            tables[table.GetTableName()!] = rows;
        }

        return tables;
    }

    /// <summary>Puts the rows in the place of those there are. Tables and columns that do not exist are refused by the server.</summary>
    public async Task ReplaceAsync(JsonObject tables, CancellationToken cancellationToken)
    {
        foreach (var table in Enumerable.Reverse(InOrder).Where(table => tables.ContainsKey(table.GetTableName()!)))
        {
            await using var delete = CreateCommand($"DELETE FROM {Quote(table.GetTableName()!)}");
            await delete.ExecuteNonQueryAsync(cancellationToken);
        }

        var order = InOrder.Select(static table => table.GetTableName()!).ToList();
        foreach (var (name, rows) in tables.OrderBy(table => order.IndexOf(table.Key)))
        {
            var octets = InOrder.Find(table => table.GetTableName() == name)?.GetProperties().Where(static column => column.ClrType == typeof(byte[])).Select(static column => column.GetColumnName()).ToHashSet() ?? [];
            foreach (var row in rows!.AsArray())
            {
                var columns = row!.AsObject();
                await using var insert = CreateCommand(
                    $"INSERT INTO {Quote(name)} ({string.Join(", ", columns.Select(column => Quote(column.Key)))}) VALUES ({string.Join(", ", columns.Select(static (_, index) => "@p" + index.ToString(CultureInfo.InvariantCulture)))})");
                foreach (var (index, column) in columns.Index())
                {
                    var parameter = insert.CreateParameter();
                    parameter.ParameterName = "@p" + index.ToString(CultureInfo.InvariantCulture);
                    parameter.Value = FromJson(column.Value, octets.Contains(column.Key));
                    insert.Parameters.Add(parameter);
                }

                await insert.ExecuteNonQueryAsync(cancellationToken);
            }
        }
    }

    private static JsonValue? ToJson(IProperty column, object value) => value switch
    {
        DBNull => null,
        string text => JsonValue.Create(text),
        _ when column.ClrType == typeof(bool) => JsonValue.Create(Convert.ToBoolean(value, CultureInfo.InvariantCulture)),
        byte[] octets => JsonValue.Create(Convert.ToBase64String(octets)),
        int or long => JsonValue.Create(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        _ => throw new NotSupportedException($"Backups do not know how to write {column.DeclaringType.DisplayName()}.{column.Name}, a {value.GetType()}."),
    };

    private static object FromJson(JsonNode? value, bool isOctets) => value?.GetValueKind() switch
    {
        null => DBNull.Value,
        System.Text.Json.JsonValueKind.String when isOctets => Convert.FromBase64String(value.GetValue<string>()),
        System.Text.Json.JsonValueKind.String => value.GetValue<string>(),
        System.Text.Json.JsonValueKind.Number => value.GetValue<long>(),
        System.Text.Json.JsonValueKind.True => true,
        System.Text.Json.JsonValueKind.False => false,
        _ => throw new FormatException("holds a value that no column has"),
    };

    private string Quote(string name) => _sql.DelimitIdentifier(name);

    private DbCommand CreateCommand(string text)
    {
        var command = context.Database.GetDbConnection().CreateCommand();
        command.CommandText = text;
        command.Transaction = context.Database.CurrentTransaction!.GetDbTransaction();
        return command;
    }
}
