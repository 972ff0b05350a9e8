using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using AppProxy.Contracts.Identity;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Catalogue;

/// <summary>A gateway with a store and a connector that was told nothing but who it is, as programs.</summary>
[TestFixture]
[CancelAfter(90_000)]
internal sealed class Changes_reach_connectors
{
    /// <summary>A connector with one slot is busy while an app moves: what waits for it began before, and goes where the app was.</summary>
    [Test]
    public async Task An_exchange_keeps_the_settings_that_it_began_with(CancellationToken cancellation)
    {
        var isBusy = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var first = await LoopbackApp.StartAsync(
            async context =>
            {
                if (context.Request.Path == "/busy")
                {
                    isBusy.TrySetResult();
                    await release.Task.WaitAsync(cancellation);
                }

                context.Response.Redirect($"http://{context.Request.Host}/first");
            },
            cancellation);
        await using var second = await LoopbackApp.StartAsync(
            static context =>
            {
                context.Response.Redirect($"http://{context.Request.Host}/second");
                return Task.CompletedTask;
            },
            cancellation);
        var port = LoopbackPort.Take();
        using var there = new WorkingFolder();
        using var here = new WorkingFolder();
        var store = Path.Combine(there.Path, "store.db");
        await ApplyAsync(there, store, port, cancellation, ("one", first.Url));
        await using var gateway = await ProductPrograms.StartGatewayAsync(
            $"http://127.0.0.1:{port}", new Dictionary<string, string?> { ["Gateway:Store"] = store }, cancellation);
        await using var token = await RunAsync(ProductExecutables.Gateway, there, cancellation, "connectors", "token", "--group", "default", "--gateway", $"http://127.0.0.1:{port}", "--store", store);
        await using var connector = await ProductPrograms.StartConnectorAsync(Enrolling(here, port, token, ("Connector:Slots", "1")), cancellation);
        using var client = LoopbackClient.Create(new Uri($"http://one.localhost:{port}/"));
        var busy = LocationAsync("busy");
        await isBusy.Task.WaitAsync(cancellation);

        var waiting = LocationAsync("waiting");

        // What is asked later is answered by the gateway itself: so that one is under way, a program's start and a look at the store ahead of the change.
        using (var later = await client.GetAsync("/.appproxy/publish-test", cancellation))
        {
            later.StatusCode.Should().Be(HttpStatusCode.NotFound);
        }

        await ApplyAsync(there, store, port, cancellation, ("one", second.Url));
        await connector.WaitForLineAsync("are in use: 1 apps", cancellation, skip: 1);
        release.SetResult();

        (await busy).Should().Be($"http://one.localhost:{port}/first");
        (await waiting).Should().Be($"http://one.localhost:{port}/first", "it is run where the app was, and its answer is translated by what was known then");
        (await LocationAsync("later")).Should().Be($"http://one.localhost:{port}/second");

        async Task<string?> LocationAsync(string path)
        {
            using var answer = await client.GetAsync(path, cancellation);
            answer.StatusCode.Should().Be(HttpStatusCode.Redirect);
            return answer.Headers.Location?.ToString();
        }
    }

    /// <summary>What connectors learn besides is held back: the answers to their presence, and requests that name a newer version.</summary>
    [Test]
    public async Task A_hint_on_the_uplink_of_an_open_exchange_is_enough(CancellationToken cancellation)
    {
        var isBusy = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await LoopbackApp.StartAsync(
            async context =>
            {
                isBusy.TrySetResult();
                await release.Task.WaitAsync(cancellation);
                await context.Response.WriteAsync("served", cancellation);
            },
            cancellation);
        var port = LoopbackPort.Take();
        var isPresenceHeld = new StrongBox<bool>();
        await using var way = await LoopbackApp.StartAsync(
            context => Volatile.Read(ref isPresenceHeld.Value) && context.Request.Path == ConnectorPaths.Presence
                ? RefuseAsync(context)
                : ForwardAsync(context, port, cancellation),
            cancellation);
        using var there = new WorkingFolder();
        using var here = new WorkingFolder();
        var store = Path.Combine(there.Path, "store.db");
        await ApplyAsync(there, store, port, cancellation, ("one", app.Url));
        await using var gateway = await ProductPrograms.StartGatewayAsync($"http://127.0.0.1:{port}", new Dictionary<string, string?> { ["Gateway:Store"] = store }, cancellation);
        await using var token = await RunAsync(ProductExecutables.Gateway, there, cancellation, "connectors", "token", "--group", "default", "--gateway", $"http://127.0.0.1:{port}", "--store", store);
        await using var connector = await ProductPrograms.StartConnectorAsync(
            Enrolling(here, port, token, ("Connector:Gateway", way.Url), ("Connector:Broker:Url", $"ws://127.0.0.1:{port}")), cancellation);
        using var client = LoopbackClient.Create(new Uri($"http://one.localhost:{port}/"));
        var open = client.GetStringAsync("", cancellation);
        await isBusy.Task.WaitAsync(cancellation);

        Volatile.Write(ref isPresenceHeld.Value, true);
        await connector.WaitForLineAsync("does not hear how this connector is", cancellation);
        await ApplyAsync(there, store, port, cancellation, ("one", app.Url), ("two", app.Url));
        await connector.WaitForLineAsync("are in use: 2 apps", cancellation);

        release.SetResult();
        (await open).Should().Be("served");
    }

    [Test]
    public async Task Apps_come_move_and_go_without_a_restart(CancellationToken cancellation)
    {
        await using var first = await LoopbackApp.StartAsync(static context => context.Response.WriteAsync("first"), cancellation);
        await using var second = await LoopbackApp.StartAsync(static context => context.Response.WriteAsync("second"), cancellation);
        var port = LoopbackPort.Take();
        using var there = new WorkingFolder();
        using var here = new WorkingFolder();
        var store = Path.Combine(there.Path, "store.db");
        await ApplyAsync(there, store, port, cancellation, ("one", first.Url));
        await using var gateway = await ProductPrograms.StartGatewayAsync($"http://127.0.0.1:{port}", new Dictionary<string, string?> { ["Gateway:Store"] = store }, cancellation);
        await using var token = await RunAsync(ProductExecutables.Gateway, there, cancellation, "connectors", "token", "--group", "default", "--gateway", $"http://127.0.0.1:{port}", "--store", store);
        await using var connector = await ProductPrograms.StartConnectorAsync(Enrolling(here, port, token), cancellation);
        (await GetAsync("one")).Should().Be((HttpStatusCode.OK, "first"));

        // A new app is served at once: its first request names the version that the connector pulls.
        await ApplyAsync(there, store, port, cancellation, ("one", first.Url), ("two", second.Url));
        await gateway.WaitForLineAsync("2 apps", cancellation);
        (await GetAsync("two")).Should().Be((HttpStatusCode.OK, "second"));
        (await GetAsync("one")).Should().Be((HttpStatusCode.OK, "first"));

        // One that moved is called where it is now.
        await ApplyAsync(there, store, port, cancellation, ("one", second.Url), ("two", second.Url));
        await gateway.WaitForLineAsync("2 apps", cancellation, skip: 1);
        (await GetAsync("one")).Should().Be((HttpStatusCode.OK, "second"));

        // Nothing is asked for any more, and the connector hears of it all the same.
        await ApplyAsync(there, store, port, cancellation, ("two", second.Url));
        await connector.WaitForLineAsync("are in use: 1 apps", cancellation, skip: 1);
        (await GetAsync("one")).Status.Should().Be(HttpStatusCode.NotFound);
        (await GetAsync("two")).Should().Be((HttpStatusCode.OK, "second"));
        connector.Output.Should().NotContain("warn:");

        async Task<(HttpStatusCode Status, string Text)> GetAsync(string app)
        {
            using var client = LoopbackClient.Create(new Uri($"http://{app}.localhost:{port}/"));
            using var answer = await client.GetAsync("/", cancellation);
            return (answer.StatusCode, answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync(cancellation) : "");
        }
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Task.CompletedTask;
    }

    private static async Task ForwardAsync(HttpContext context, int port, CancellationToken cancellation)
    {
        using var client = LoopbackClient.Create(new Uri($"http://127.0.0.1:{port}/"));
        using var call = new HttpRequestMessage(new HttpMethod(context.Request.Method), context.Request.Path.Value);
        if (HttpMethods.IsPost(context.Request.Method))
        {
            call.Content = new StreamContent(context.Request.Body);
            call.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }

        foreach (var name in (string[])["Authorization", "If-None-Match"])
        {
            call.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)context.Request.Headers[name]);
        }

        using var answer = await client.SendAsync(call, cancellation);
        context.Response.StatusCode = (int)answer.StatusCode;
        if (answer.StatusCode != HttpStatusCode.NotModified)
        {
            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            await answer.Content.CopyToAsync(context.Response.Body, cancellation);
        }
    }

    private static Dictionary<string, string?> Enrolling(WorkingFolder folder, int port, RunningProgram token, params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Connector:Identity"] = Path.Combine(folder.Path, "identity.json"),
            ["Connector:Gateway"] = $"http://127.0.0.1:{port}",
            ["Connector:Enrollment:Token"] = token.Output.Split('\n')[0],
            ["Connector:AllowedNetworks:0"] = "127.0.0.1",
        };
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        return settings;
    }

    private static async Task ApplyAsync(WorkingFolder folder, string store, int port, CancellationToken cancellation, params (string Name, string Url)[] apps)
    {
        folder.Write("apps.json", JsonSerializer.Serialize(new
        {
            applications = apps.Select(app => new
            {
                id = app.Name,
                displayName = app.Name,
                onPremisesPublishing = new { externalUrl = $"http://{app.Name}.localhost:{port}/", internalUrl = app.Url + "/", externalAuthenticationType = "passthru" },
            }),
        }));
        await using var applied = await RunAsync(ProductExecutables.Gateway, folder, cancellation, "apply", "-f", "apps.json", "--prune", "--store", store);
    }

    private static async Task<RunningProgram> RunAsync(string program, WorkingFolder folder, CancellationToken cancellation, params string[] arguments)
    {
        var run = await RunningProgram.RunAsync(program, arguments, cancellation, folder.Path);
        (await run.Exited).Should().Be(0, run.Output + run.Errors);
        return run;
    }
}
