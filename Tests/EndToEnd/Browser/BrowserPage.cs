using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace AppProxy.Tests.EndToEnd.Browser;

/// <summary>A tab: goes to a URL, runs script, takes pictures, and remembers every error of its console.</summary>
internal sealed class BrowserPage
{
    private readonly DevTools _tools;
    private readonly string _session;
    private readonly Channel<bool> _loads = Channel.CreateUnbounded<bool>();
    private long _received;
    private TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BrowserPage(DevTools tools, string session)
    {
        _tools = tools;
        _session = session;
        tools.Listen(session, OnEvent);
    }

    /// <summary>Errors and warnings of the console, exceptions, and what could not be loaded.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>What the tab asked for, wherever it came from.</summary>
    public ConcurrentQueue<Uri> Requests { get; } = new();

    /// <summary>Octets of what came, heads and all, as they went over the wire.</summary>
    public long Received => Volatile.Read(ref _received);

    public async Task EnableAsync(CancellationToken cancellationToken)
    {
        foreach (var domain in (string[])["Page", "Runtime", "Log", "Network"])
        {
            await SendAsync(domain + ".enable", [], cancellationToken);
        }
    }

    public async Task GoAsync(Uri url, CancellationToken cancellationToken)
    {
        _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = await SendAsync("Page.navigate", new JsonObject { ["url"] = url.AbsoluteUri }, cancellationToken);
        if (answer["errorText"] is { } error)
        {
            throw new InvalidOperationException($"{url}: {error}");
        }

        await _loaded.Task.WaitAsync(cancellationToken);
    }

    public async Task<string> EvaluateAsync(string script, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(
            "Runtime.evaluate",
            new JsonObject { ["expression"] = script, ["awaitPromise"] = true, ["returnByValue"] = true, ["userGesture"] = true },
            cancellationToken);
        return answer["exceptionDetails"] is { } failure
            ? throw new InvalidOperationException($"{script}: {failure.ToJsonString()}")
            : answer["result"]!["value"]?.ToString() ?? "";
    }

    /// <summary>Waits until a condition in script holds, on this page or the one that it goes on to.</summary>
    public async Task WaitForAsync(string condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await EvaluateAsync($"new Promise(done => {{ const look = () => ({condition}) ? done(true) : setTimeout(look, 20); look(); }})", cancellationToken);
                return;
            }
            catch (InvalidOperationException gone) when (gone.Message.Contains("navigated or closed", StringComparison.Ordinal) || gone.Message.Contains("context", StringComparison.Ordinal))
            {
                // It went elsewhere while it was asked.
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Waits until the tab shows the page that is meant, by however many redirects and scripts it comes there.</summary>
    public async Task<Uri> ArriveAsync(Predicate<Uri> isMeant, CancellationToken cancellationToken) =>
        new(await ReadAsync("location.href", url => isMeant(new Uri(url)), cancellationToken));

    /// <summary>Waits until the tab shows a page that says something, also where scripts of pages are turned off.</summary>
    public Task ReadAsync(string text, CancellationToken cancellationToken) =>
        ReadAsync("document.body.textContent", said => said.Contains(text, StringComparison.Ordinal), cancellationToken);

    private async Task<string> ReadAsync(string expression, Predicate<string> isMeant, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var read = await EvaluateAsync($"document.readyState === 'complete' ? {expression} : ''", cancellationToken);
                if (read.Length > 0 && isMeant(read))
                {
                    return read;
                }
            }
            catch (InvalidOperationException)
            {
                // It went elsewhere while it was asked.
            }

            await _loads.Reader.ReadAsync(cancellationToken);
        }
    }

    /// <summary>Gives the tab a device that keeps passkeys, and says of everybody that it is them.</summary>
    public async Task AddPasskeyDeviceAsync(CancellationToken cancellationToken)
    {
        await SendAsync("WebAuthn.enable", [], cancellationToken);
        await SendAsync(
            "WebAuthn.addVirtualAuthenticator",
            new JsonObject
            {
                ["options"] = new JsonObject
                {
                    ["protocol"] = "ctap2",
                    ["transport"] = "internal",
                    ["hasResidentKey"] = true,
                    ["hasUserVerification"] = true,
                    ["isUserVerified"] = true,
                },
            },
            cancellationToken);
    }

    /// <summary>Takes passkeys out of autofill, from the next page on: a device that says yes to everything answers before anybody clicks.</summary>
    public Task DisablePasskeyAutofillAsync(CancellationToken cancellationToken) => SendAsync(
        "Page.addScriptToEvaluateOnNewDocument",
        new JsonObject { ["source"] = "if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);" },
        cancellationToken);

    public Task ClickAsync(string selector, CancellationToken cancellationToken)
        => EvaluateAsync($"document.querySelector({JsonValue.Create(selector)!.ToJsonString()}).click()", cancellationToken);

    public Task<string> TextAsync(string selector, CancellationToken cancellationToken)
        => EvaluateAsync($"document.querySelector({JsonValue.Create(selector)!.ToJsonString()}).textContent", cancellationToken);

    /// <summary>Turns scripts of pages off, from the next page on.</summary>
    public Task DisableScriptsAsync(CancellationToken cancellationToken) =>
        SendAsync("Emulation.setScriptExecutionDisabled", new JsonObject { ["value"] = true }, cancellationToken);

    /// <summary>What the person reads best.</summary>
    public Task PreferAsync(string language, CancellationToken cancellationToken) =>
        SendAsync("Network.setExtraHTTPHeaders", new JsonObject { ["headers"] = new JsonObject { ["Accept-Language"] = language } }, cancellationToken);

    /// <summary>Presses and releases Tab, Enter or Space.</summary>
    public async Task PressAsync(string key, CancellationToken cancellationToken)
    {
        var (code, text) = key switch { "Tab" => (9, ""), "Enter" => (13, "\r"), _ => (32, " ") };
        foreach (var type in (string[])["keyDown", "keyUp"])
        {
            var press = new JsonObject { ["type"] = type, ["key"] = key == "Space" ? " " : key, ["code"] = key, ["windowsVirtualKeyCode"] = code };
            if (type == "keyDown" && text.Length > 0)
            {
                press["text"] = text;
            }

            await SendAsync("Input.dispatchKeyEvent", press, cancellationToken);
        }
    }

    /// <summary>Presses Tab until what is meant has the focus, as somebody without a mouse does.</summary>
    public async Task PressTabAsync(string selector, CancellationToken cancellationToken)
    {
        const int Most = 60;
        for (var pressed = 0; pressed < Most; pressed++)
        {
            await PressAsync("Tab", cancellationToken);
            if (await EvaluateAsync($"document.activeElement === document.querySelector({JsonValue.Create(selector)!.ToJsonString()})", cancellationToken) == "true")
            {
                return;
            }
        }

        throw new InvalidOperationException($"Nobody gets to {selector} by keyboard.");
    }

    /// <summary>Types into what has the focus.</summary>
    public Task TypeAsync(string text, CancellationToken cancellationToken) => SendAsync("Input.insertText", new JsonObject { ["text"] = text }, cancellationToken);

    public async Task ShowAsync(int width, bool isDark, CancellationToken cancellationToken)
    {
        await SendAsync(
            "Emulation.setDeviceMetricsOverride",
            new JsonObject { ["width"] = width, ["height"] = 844, ["deviceScaleFactor"] = 1, ["mobile"] = width < 600 },
            cancellationToken);
        await SendAsync(
            "Emulation.setEmulatedMedia",
            new JsonObject { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = isDark ? "dark" : "light" }) },
            cancellationToken);
    }

    /// <summary>The whole page as PNG.</summary>
    public async Task<byte[]> PictureAsync(CancellationToken cancellationToken)
    {
        // A tab behind others is not painted.
        await SendAsync("Page.bringToFront", [], cancellationToken);
        var answer = await SendAsync("Page.captureScreenshot", new JsonObject { ["captureBeyondViewport"] = true }, cancellationToken);
        return Convert.FromBase64String(answer["data"]!.GetValue<string>());
    }

    private Task<JsonNode> SendAsync(string method, JsonObject parameters, CancellationToken cancellationToken)
        => _tools.SendAsync(method, parameters, _session, cancellationToken);

    private void OnEvent(string method, JsonNode parameters)
    {
        switch (method)
        {
            case "Page.loadEventFired":
                _loaded.TrySetResult();
                _loads.Writer.TryWrite(true);
                break;
            case "Network.requestWillBeSent":
                Requests.Enqueue(new Uri(parameters["request"]!["url"]!.GetValue<string>()));
                break;
            case "Network.loadingFinished":
                Interlocked.Add(ref _received, (long)parameters["encodedDataLength"]!.GetValue<double>());
                break;
            case "Runtime.consoleAPICalled" when parameters["type"]!.GetValue<string>() is "error" or "warning" or "assert":
            case "Runtime.exceptionThrown":
            case "Log.entryAdded" when parameters["entry"]!["level"]!.GetValue<string>() is "error" or "warning":
                Complaints.Enqueue(parameters.ToJsonString());
                break;
        }
    }
}
