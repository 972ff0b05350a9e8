using System.Data.Common;
using AppProxy.Contracts.Settings;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace AppProxy.Gateway.Storage;

/// <summary>How to reach the store: a SQLite file, or a PostgreSQL server that several gateways share.</summary>
internal sealed class StoreConnection
{
    /// <summary>In the folder that the gateway is started in.</summary>
    public const string DefaultFile = "appproxy.db";

    private readonly DbContextOptions<StoreContext> _options;

    private StoreConnection(string name, string? file, DbContextOptionsBuilder<StoreContext> options)
    {
        Name = name;
        File = file;
        // The migrations are written by hand, for both servers; tests compare what they make with the model.
        _options = options.ConfigureWarnings(static warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning)).Options;
    }

    /// <summary>For the operator; without secrets.</summary>
    public string Name { get; }

    /// <summary>Full path of the SQLite file; null for a server.</summary>
    public string? File { get; }

    /// <summary>Whether it is a file that does not exist.</summary>
    public bool IsMissing => File is not null && !System.IO.File.Exists(File);

    /// <summary>Takes the path of a SQLite file, or a connection string of SQLite (<c>Data Source=…</c>) or Npgsql (<c>Host=…</c>).</summary>
    /// <exception cref="FormatException">Neither; the message is for the operator and repeats nothing of the value, which may hold a password.</exception>
    public static StoreConnection Parse(string value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            throw new FormatException("is empty: give the path of a SQLite file, or a PostgreSQL connection string (Host=…;Database=…;Username=…)");
        }

        try
        {
            if (!value.Contains('=', StringComparison.Ordinal))
            {
                return Sqlite(new SqliteConnectionStringBuilder { DataSource = value });
            }

            var keys = new DbConnectionStringBuilder { ConnectionString = value };
            return keys.ContainsKey("Host") || keys.ContainsKey("Server")
                ? PostgreSql(new NpgsqlConnectionStringBuilder(value))
                : Sqlite(new SqliteConnectionStringBuilder(value));
        }
        catch (ArgumentException)
        {
            throw new FormatException("cannot be read: give the path of a SQLite file, or a PostgreSQL connection string (Host=…;Database=…;Username=…)");
        }
    }

    public StoreContext CreateContext() => new(_options);

    /// <summary>Runs <paramref name="use"/> with a context of its own.</summary>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public async Task<T> UseAsync<T>(Func<StoreContext, Task<T>> use)
    {
        try
        {
            await using var context = CreateContext();
            return await use(context);
        }
        catch (Exception exception) when (StoreException.IsStores(exception))
        {
            throw Unusable(exception);
        }
    }

    /// <summary>What to throw where <see cref="StoreException.IsStores"/> holds of what came.</summary>
    public StoreException Unusable(Exception cause) => new(Name, "the store cannot be used: " + cause.GetBaseException().Message.ReplaceLineEndings(" "), cause);

    /// <summary>Makes an empty SQLite file where there is none: what it will hold is nobody's business on this machine. The files that SQLite lays beside it take over its mode.</summary>
    public void CreateFile()
    {
        if (IsMissing)
        {
            SecretFile.Open(File!, FileMode.Create).Dispose();
        }
    }

    private static StoreConnection Sqlite(SqliteConnectionStringBuilder builder)
    {
        if (builder.DataSource.Length == 0)
        {
            throw new ArgumentException("No file.");
        }

        builder.DataSource = Path.GetFullPath(builder.DataSource);
        builder.ForeignKeys = true;
        return new StoreConnection(builder.DataSource, builder.DataSource, new DbContextOptionsBuilder<StoreContext>().UseSqlite(builder.ConnectionString));
    }

    private static StoreConnection PostgreSql(NpgsqlConnectionStringBuilder builder)
        => new($"PostgreSQL {builder.Host}/{builder.Database}", null, new DbContextOptionsBuilder<StoreContext>().UseNpgsql(builder.ConnectionString));
}
