using System.Diagnostics;
using System.Globalization;
using AppProxy.Tests.EndToEnd.Processes;

namespace AppProxy.Tests.Gateway;

/// <summary>A PostgreSQL server of its own, with its files in a temporary folder. Nothing in it outlives it.</summary>
internal sealed class PostgreSqlServer : IAsyncDisposable
{
    private const string User = "appproxy";

    /// <summary>Each test has a database of its own, and so a pool of its own, which nobody uses any more when it is over.</summary>
    private const string Pool = "Connection Idle Lifetime=2;Connection Pruning Interval=1";
    private const string MostConnections = "max_connections=300";

    private readonly DirectoryInfo _folder;
    private readonly RunningProgram _program;
    private readonly int _port;

    private PostgreSqlServer(DirectoryInfo folder, RunningProgram program, int port)
    {
        _folder = folder;
        _program = program;
        _port = port;
    }

    /// <summary>Starts one. Skips the test where the program is missing (<see cref="RequiredProgram"/>).</summary>
    public static async Task<PostgreSqlServer> StartAsync(CancellationToken cancellationToken)
    {
        // Debian keeps them beside the path, a folder for each version.
        var folders = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(static version => Path.Combine(version, "bin")).ToList()
            : [];
        var initdb = RequiredProgram.Find("initdb", "postgresql", folders);
        var postgres = RequiredProgram.Find("postgres", "postgresql", folders);
        var folder = Directory.CreateTempSubdirectory("appproxy-postgresql");
        try
        {
            // The server refuses to run as root; the package comes with a user for it.
            string[] user = [];
            if (Environment.IsPrivilegedProcess)
            {
                user = ["runuser", "-u", "postgres", "--"];
                using var owner = Process.Start("chown", ["postgres", folder.FullName]);
                await owner.WaitForExitAsync(cancellationToken);
            }

            var data = Path.Combine(folder.FullName, "data");
            await using (var made = await RunAsync([.. user, initdb, "-D", data, "-U", User, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"], cancellationToken))
            {
                if (await made.Exited != 0)
                {
                    throw new InvalidOperationException($"initdb: {made.Output}\n{made.Errors}");
                }
            }

            var port = LoopbackPort.Take();
            string[] command = ["sh", "-c", "exec \"$0\" \"$@\" 2>&1", postgres, "-D", data, "-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-k", folder.FullName, "-F", "-c", MostConnections];
            string[] all = [.. user, .. command];
            var program = RunningProgram.Start(all[0], all[1..]);
            await program.WaitForLineAsync("ready to accept connections", cancellationToken);
            return new PostgreSqlServer(folder, program, port);
        }
        catch
        {
            folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>For a database that whoever uses it first makes.</summary>
    public string ConnectionString(string database) => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username={User};Database={database};{Pool}");

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static Task<RunningProgram> RunAsync(string[] command, CancellationToken cancellationToken) => RunningProgram.RunAsync(command[0], command[1..], cancellationToken);
}
