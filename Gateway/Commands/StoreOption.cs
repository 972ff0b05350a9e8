using System.CommandLine;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Commands;

/// <summary>Which store a command is about.</summary>
internal static class StoreOption
{
    public const string Name = "--store";

    public static Option<string?> Create() => new(Name)
    {
        Description = $"Path of a SQLite file, or connection string of a PostgreSQL server. Without it Gateway:Store of the configuration, or else {StoreConnection.DefaultFile}.",
        HelpName = "STORE",
    };
}
