using System.Globalization;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;

namespace AppProxy.Tests.EndToEnd.Clients;

/// <summary>Apache as an internal app, as whoever runs the tests, with nothing of the system's configuration.</summary>
internal sealed class ApacheServer : IAsyncDisposable
{
    public const string Packages = "apache2-bin apache2-utils";

    private readonly RunningProgram _program;
    private readonly WorkingFolder _folder;

    private ApacheServer(RunningProgram program, WorkingFolder folder, Uri url)
    {
        _program = program;
        _folder = folder;
        Url = url;
    }

    public Uri Url { get; }

    /// <summary>Starts it, and returns when it serves.</summary>
    /// <param name="modules">Modules besides the few that everything needs, by name.</param>
    /// <param name="prepare">Gets a folder for what it serves, and returns the rest of the configuration.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public static async Task<ApacheServer> StartAsync(string[] modules, Func<string, Task<string>> prepare, CancellationToken cancellationToken)
    {
        var path = RequiredProgram.Find("apache2", Packages);
        var folder = new WorkingFolder();
        try
        {
            Open(folder.Path);
            var served = CreateOpenFolder(folder.Path, "served");
            var run = CreateOpenFolder(folder.Path, "run");
            var port = LoopbackPort.Take();
            var loads = modules.Concat(["mpm_event", "authz_core"]).Select(static name => $"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so");
            folder.Write("apache.conf", $"""
                ServerRoot {folder.Path}
                ServerName localhost
                Listen 127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}
                {string.Join('\n', loads)}
                DefaultRuntimeDir {run}
                PidFile {run}/pid
                Mutex file:{run} default
                ErrorLog /dev/stdout
                LimitRequestBody 0
                {(Environment.IsPrivilegedProcess ? "User nobody\nGroup nogroup" : "")}
                {await prepare(served)}

                """);
            var program = RunningProgram.Start(path, ["-f", Path.Combine(folder.Path, "apache.conf"), "-DFOREGROUND"], folder.Path);
            var server = new ApacheServer(program, folder, new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}/"));
            try
            {
                await program.WaitForLineAsync("resuming normal operations", cancellationToken);
                return server;
            }
            catch
            {
                await program.DisposeAsync();
                throw;
            }
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // It ends its children itself, and removes what it shares with them.
        _program.Signal("TERM");
        await _program.Exited;
        await _program.DisposeAsync();
        _folder.Dispose();
    }

    private static string CreateOpenFolder(string parent, string name)
    {
        var path = Directory.CreateDirectory(Path.Combine(parent, name)).FullName;
        Open(path);
        return path;
    }

    /// <summary>Started by root it serves as nobody, who must get in.</summary>
    private static void Open(string folder)
    {
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode All = (UnixFileMode)0b111_111_111;
            File.SetUnixFileMode(folder, All);
        }
    }
}
