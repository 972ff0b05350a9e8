using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;

namespace AppProxy.Tests.EndToEnd.Clients;

/// <summary>Runs curl on an app through the gateway, in a folder of its own.</summary>
internal sealed class Curl(TestEnvironment proxy) : IAsyncDisposable
{
    private static readonly Dictionary<string, string?> WithoutProxy = new() { ["NO_PROXY"] = "*", ["no_proxy"] = "*" };

    private readonly string _path = RequiredProgram.Find("curl", "curl");
    private readonly WorkingFolder _folder = new();

    public string Folder => _folder.Path;

    /// <summary>Starts it; <c>{url}</c> in an argument stands for the app's URL without the last slash.</summary>
    public RunningProgram Start(params string[] arguments) => Start(_path, Complete(arguments));

    /// <summary>As <see cref="Start(string[])"/>, with a file of its folder poured into it.</summary>
    public RunningProgram StartAfter(string file, params string[] arguments)
        => Start("/bin/sh", ["-c", "file=$1; shift; cat \"$file\" | \"$@\"", "sh", file, _path, .. Complete(arguments)]);

    /// <summary>Runs it to its end, and returns what it wrote to standard output. Fails when it ends with another code than expected.</summary>
    public Task<string> RunAsync(int exitCode, CancellationToken cancellationToken, params string[] arguments)
        => WaitAsync(Start(arguments), exitCode, cancellationToken);

    public Task<string> RunAsync(CancellationToken cancellationToken, params string[] arguments) => RunAsync(0, cancellationToken, arguments);

    public static async Task<string> WaitAsync(RunningProgram started, int exitCode, CancellationToken cancellationToken)
    {
        await using var curl = started;
        var code = await curl.Exited.WaitAsync(cancellationToken);
        return code == exitCode ? curl.Output : throw new InvalidOperationException($"curl ended with {code}: {curl.Errors}\n{curl.Output}");
    }

    public void Write(string name, byte[] content) => File.WriteAllBytes(Path.Combine(Folder, name), content);

    public byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private RunningProgram Start(string path, IEnumerable<string> arguments) => RunningProgram.Start(path, arguments, Folder, WithoutProxy);

    private IEnumerable<string> Complete(IEnumerable<string> arguments)
    {
        var url = proxy.UrlOf("app");

        // curlrc is somebody else's taste, and not every resolver knows names below localhost. The certificate is the test's own.
        string[] always = ["--disable", "--silent", "--show-error", "--insecure", "--resolve", $"{url.Host}:{url.Port}:127.0.0.1"];
        return always.Concat(arguments.Select(argument => argument.Replace("{url}", url.ToString().TrimEnd('/'), StringComparison.Ordinal)));
    }
}
