using System.Globalization;
using System.Security.Cryptography;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Clients;

/// <summary>git and its own server program, git-http-backend under Apache.</summary>
public sealed class Git_clones_and_pushes : EndToEndTest
{
    private const int Megabyte = 1024 * 1024;
    private static readonly int Half = Scale.Of(200) / 2;

    private string _git = "";

    [Test, CancelAfter(300_000)]
    public async Task A_large_repository([Values(TestProtocol.Http1, TestProtocol.Https2)] TestProtocol front, CancellationToken cancellation)
    {
        _git = RequiredProgram.Find("git", "git");
        using var folder = new WorkingFolder();
        var apache = Use(await ApacheServer.StartAsync(["cgid", "alias", "env"], ConfigureAsync, cancellation));
        var proxy = await StartAsync(
            o =>
            {
                o.Front = front;
                o.Publish("app", apache.Url);
            },
            cancellation);
        var url = new Uri(proxy.UrlOf("app"), "git/large.git").ToString();
        var first = Path.Combine(folder.Path, "first");
        await GitAsync(folder.Path, cancellation, "init", "--quiet", "--initial-branch=main", first);
        await CommitAsync(first, "one", cancellation);
        string[] there = ["-c", $"http.curloptResolve={proxy.UrlOf("app").Host}:{proxy.UrlOf("app").Port}:127.0.0.1", "-c", "http.sslVerify=false"];

        await GitAsync(first, cancellation, [.. there, "push", "--quiet", url, "main"]);
        await GitAsync(folder.Path, cancellation, [.. there, "clone", "--quiet", url, "second"]);
        var second = Path.Combine(folder.Path, "second");
        await CommitAsync(second, "two", cancellation);
        await GitAsync(second, cancellation, [.. there, "push", "--quiet", "origin", "main"]);
        await GitAsync(first, cancellation, [.. there, "pull", "--quiet", "--ff-only", url, "main"]);

        foreach (var repository in (string[])[first, second])
        {
            await GitAsync(repository, cancellation, "fsck", "--full", "--strict");
        }

        (await GitAsync(first, cancellation, "rev-parse", "main^{tree}")).Should().Be(await GitAsync(second, cancellation, "rev-parse", "main^{tree}"));
        (await GitAsync(first, cancellation, "rev-list", "--count", "main")).Should().Be("2");
        (await GitAsync(first, cancellation, [.. there, "ls-remote", url, "main"])).Should().StartWith(await GitAsync(second, cancellation, "rev-parse", "main"));
    }

    private async Task<string> ConfigureAsync(string folder)
    {
        // For everyone: Apache may serve as another user than who made it.
        await GitAsync(folder, CancellationToken.None, "init", "--quiet", "--bare", "--shared=0666", "--initial-branch=main", "large.git");
        await GitAsync(Path.Combine(folder, "large.git"), CancellationToken.None, "config", "http.receivepack", "true");
        var backend = Path.Combine(await GitAsync(folder, CancellationToken.None, "--exec-path"), "git-http-backend");
        return $"""
            ScriptSock {Path.Combine(folder, "..", "run", "cgid")}
            SetEnv GIT_PROJECT_ROOT {folder}
            SetEnv GIT_HTTP_EXPORT_ALL 1
            SetEnv GIT_CONFIG_COUNT 1
            SetEnv GIT_CONFIG_KEY_0 safe.directory
            SetEnv GIT_CONFIG_VALUE_0 *
            ScriptAlias /git {backend}
            <Directory {Path.GetDirectoryName(backend)}>
              Require all granted
            </Directory>
            """;
    }

    /// <summary>Half of the repository, in files that don't compress.</summary>
    private async Task CommitAsync(string repository, string name, CancellationToken cancellation)
    {
        var files = Directory.CreateDirectory(Path.Combine(repository, name)).FullName;
        for (var i = 0; i < Half; i++)
        {
            await File.WriteAllBytesAsync(Path.Combine(files, i.ToString(CultureInfo.InvariantCulture)), RandomNumberGenerator.GetBytes(Megabyte), cancellation);
        }

        await GitAsync(repository, cancellation, "add", "--all");
        await GitAsync(repository, cancellation, "-c", "user.name=Anna", "-c", "user.email=anna@example.com", "commit", "--quiet", "--message", name);
    }

    private async Task<string> GitAsync(string directory, CancellationToken cancellation, params string[] arguments)
    {
        var environment = new Dictionary<string, string?>
        {
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["GIT_TERMINAL_PROMPT"] = "0",
            ["NO_PROXY"] = "*",
            ["no_proxy"] = "*",
        };
        await using var git = await RunningProgram.RunAsync(_git, arguments, cancellation, directory, environment);
        (await git.Exited).Should().Be(0, "git {0}: {1}", string.Join(' ', arguments), git.Errors);
        return git.Output.Trim();
    }
}
