using System.Diagnostics;
using System.Text.Json.Nodes;
using AppProxy.Tests.EndToEnd.Processes;

namespace AppProxy.Tests.EndToEnd.Browser;

/// <summary>A real browser, without a window, which reaches this machine only.</summary>
/// <remarks>
/// Driven over its own DevTools protocol: the little that is needed is <see cref="DevTools"/> and <see cref="BrowserPage"/>, where the usual packages
/// bring hundreds of megabytes and their own idea of which browser to start.
/// </remarks>
internal sealed class Chromium : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _profile;
    private readonly Task _draining;

    private Chromium(Process process, DirectoryInfo profile, DevTools tools, Task draining)
    {
        _process = process;
        _profile = profile;
        _draining = draining;
        Tools = tools;
    }

    public DevTools Tools { get; }

    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="more">More options for the command line.</param>
    public static async Task<Chromium> StartAsync(CancellationToken cancellationToken, params string[] more)
    {
        var path = RequiredProgram.Find("chromium", "chromium fonts-dejavu-core");
        var profile = Directory.CreateTempSubdirectory("appproxy-chromium");
        var process = Process.Start(new ProcessStartInfo(path,
        [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-default-apps",
            "--disable-extensions",
            "--disable-sync",
            "--hide-scrollbars",
            "--force-color-profile=srgb",
            "--host-resolver-rules=MAP *.localhost 127.0.0.1, EXCLUDE 127.0.0.1, EXCLUDE localhost, MAP * ~NOTFOUND",
            "--remote-debugging-port=0",
            "--user-data-dir=" + profile.FullName,
            .. more,
            "about:blank",
        ])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            var address = await ReadAddressAsync(process.StandardError, cancellationToken);
            var draining = Task.WhenAll(process.StandardError.ReadToEndAsync(CancellationToken.None), process.StandardOutput.ReadToEndAsync(CancellationToken.None));
            return new Chromium(process, profile, await DevTools.ConnectAsync(address, cancellationToken), draining);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
            throw;
        }
    }

    /// <summary>A tab of its own, with nothing in it.</summary>
    public async Task<BrowserPage> OpenAsync(CancellationToken cancellationToken)
    {
        var target = await Tools.SendAsync("Target.createTarget", new JsonObject { ["url"] = "about:blank" }, null, cancellationToken);
        var attached = await Tools.SendAsync(
            "Target.attachToTarget", new JsonObject { ["targetId"] = target["targetId"]!.GetValue<string>(), ["flatten"] = true }, null, cancellationToken);
        var page = new BrowserPage(Tools, attached["sessionId"]!.GetValue<string>());
        await page.EnableAsync(cancellationToken);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _draining;
        await Tools.DisposeAsync();
        _process.Dispose();
        try
        {
            _profile.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A child of the browser still writes; it is a temporary folder.
        }
    }

    private static async Task<Uri> ReadAddressAsync(StreamReader errors, CancellationToken cancellationToken)
    {
        const string Announcement = "DevTools listening on ";
        while (await errors.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith(Announcement, StringComparison.Ordinal))
            {
                return new Uri(line[Announcement.Length..]);
            }
        }

        throw new InvalidOperationException("Chromium ended at once.");
    }
}
