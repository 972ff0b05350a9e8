using System.Globalization;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;

namespace AppProxy.Tests.EndToEnd.Clients;

/// <summary>Jupyter as an internal app, with its home in a folder of its own.</summary>
internal sealed class JupyterServer : IAsyncDisposable
{
    public const string Token = "what people log in with";

    private readonly RunningProgram _program;
    private readonly WorkingFolder _home;

    private JupyterServer(RunningProgram program, WorkingFolder home, Uri url)
    {
        _program = program;
        _home = home;
        Url = url;
    }

    public Uri Url { get; }

    public static async Task<JupyterServer> StartAsync(CancellationToken cancellationToken)
    {
        var path = RequiredProgram.Find("jupyter-server", "jupyter-server python3-ipykernel");
        var port = LoopbackPort.Take().ToString(CultureInfo.InvariantCulture);
        var home = new WorkingFolder();

        // It logs to standard error only; what waits for a line reads standard output.
        var program = RunningProgram.Start(
            "/bin/sh",
            [
                "-c", "exec \"$@\" 2>&1", "sh", path, "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=" + port, "--ServerApp.port_retries=0",
                "--ServerApp.token=" + Token,

                // Published under its external name: without it only localhost may be asked for.
                "--ServerApp.allow_remote_access=True",
            ],
            home.Path,
            new Dictionary<string, string?>
            {
                ["HOME"] = home.Path,
                ["JUPYTER_CONFIG_DIR"] = home.Path,
                ["JUPYTER_DATA_DIR"] = Path.Combine(home.Path, "data"),
                ["JUPYTER_RUNTIME_DIR"] = Path.Combine(home.Path, "runtime"),
                ["IPYTHONDIR"] = Path.Combine(home.Path, "ipython"),
            });
        try
        {
            await program.WaitForLineAsync("Jupyter Server", cancellationToken);
            await program.WaitForLineAsync("is running at", cancellationToken);
            return new JupyterServer(program, home, new Uri($"http://127.0.0.1:{port}/"));
        }
        catch
        {
            await program.DisposeAsync();
            home.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Its kernels are ended by it.
        _program.Signal("TERM");
        await Task.WhenAny(_program.Exited, Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System));
        await _program.DisposeAsync();
        _home.Dispose();
    }
}
