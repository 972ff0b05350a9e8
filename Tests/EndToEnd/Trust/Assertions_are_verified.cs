using System.Net;
using System.Text;
using System.Text.Json;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Keys;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Trust;

/// <summary>A connector touches no app for anybody but its gateway (DESIGN.md section 6).</summary>
[CancelAfter(60_000)]
public sealed class Assertions_are_verified : EndToEndTest
{
    [Test]
    public async Task By_a_connector_in_a_process_of_its_own(CancellationToken cancellation)
    {
        var calls = 0;
        var proxy = await StartAsync(
            options =>
            {
                options.Enrolls = true;
                options.Connectors = 0;
                options.Publish("app", context =>
                {
                    Interlocked.Increment(ref calls);
                    return context.Response.WriteAsync("served");
                });
            },
            cancellation);
        var settings = proxy.GetConnectorSettings();
        settings["Connector:Identity"] = await proxy.EnrollAsync(cancellation);
        var connector = Use(RunningProgram.Start(ProductExecutables.Connector, settings.Select(static setting => $"--{setting.Key}={setting.Value}")));
        await connector.WaitForLineAsync("connected to the broker", cancellation);
        using var client = proxy.CreateClient("app");
        (await client.GetStringAsync("", cancellation)).Should().Be("served");
        (await (await client.PostAsync("", new StringContent("once"), cancellation)).Content.ReadAsStringAsync(cancellation)).Should().Be("served");

        var keys = proxy.GatewayServices.GetRequiredService<SigningKeys>();
        var stranger = SigningKey.Create(1, TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow());
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var fresh = new Assertion { App = "app", Group = "default", IssuedAt = now, ExpiresAt = now + 100, Subject = "mallory" };
        var good = Sign(fresh, keys.Current);
        await using var writer = await HostileWriter.StartAsync(proxy, cancellation);
        var before = calls;
        FrameFlags[] kinds = [FrameFlags.Replayable, FrameFlags.None, FrameFlags.Upgrade | FrameFlags.Body];
        var (served, uplink) = await writer.SendAsync(good, FrameFlags.Replayable, null, cancellation);
        served.Should().BeNull("the gateway signed that");
        foreach (var (forged, failure) in ((string, ExchangeFailure)[])
        [
            ("", ExchangeFailure.AssertionRefused),
            (good[..^8] + "AAAAAAAA", ExchangeFailure.AssertionRefused),
            (Sign(fresh, stranger), ExchangeFailure.AssertionRefused),
            (Sign(fresh with { App = "other" }, keys.Current), ExchangeFailure.AssertionRefused),
            (Sign(fresh with { Group = "other" }, keys.Current), ExchangeFailure.AssertionRefused),
            (Sign(fresh with { IssuedAt = now - 130, ExpiresAt = now - 10 }, keys.Current), ExchangeFailure.AssertionExpired),
        ])
        {
            foreach (var kind in kinds)
            {
                (await writer.SendAsync(forged, kind, null, cancellation)).Refused.Should().Be(failure);
            }

            (await writer.SendAsync(forged, FrameFlags.Replayable, uplink, cancellation)).Refused.Should().Be(failure, "past the queue is no way either");
        }

        calls.Should().Be(before + 1, "nothing forged reached the app");
        (connector.Output + connector.Errors).Should().Contain("BadSignature").And.NotContain(good).And.NotContain(good.Split('.')[1]).And.NotContain("mallory");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task By_a_connector_with_a_key_that_has_the_gateways_pinned(bool isRight, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            options =>
            {
                options.Connectors = 0;
                options.Publish("app", static context => context.Response.WriteAsync("served"));
            },
            cancellation);
        var keys = proxy.GatewayServices.GetRequiredService<SigningKeys>();
        await proxy.StartConnectorAsync(
            new Dictionary<string, string?>
            {
                ["Connector:Gateway"] = proxy.GatewayUrl.ToString(),
                ["Connector:GatewayKey"] = isRight ? keys.Current.Id : SigningKey.Create(1, default, default).Id,
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        if (!isRight)
        {
            ExpectErrors(3102);
        }

        using var answer = await client.GetAsync("", cancellation);

        answer.StatusCode.Should().Be(isRight ? HttpStatusCode.OK : HttpStatusCode.BadGateway);
        answer.Headers.TryGetValues("AppProxy-Error", out var error);
        error?.Single().Should().Be("assertion-refused");
        (error is null).Should().Be(isRight);
    }

    [Test]
    public async Task A_connector_with_a_key_and_no_pin_says_once_that_it_cannot(CancellationToken cancellation)
    {
        var proxy = await StartAsync(static options => options.Publish("app", static context => context.Response.WriteAsync("served")), cancellation);
        using var client = proxy.CreateClient("app");
        for (var i = 0; i < 3; i++)
        {
            (await client.GetStringAsync("", cancellation)).Should().Be("served");
        }

        Log.Entries.Where(static entry => entry.EventId == 2601).Should().ContainSingle();
    }

    [Test]
    public async Task Keys_that_change_under_load_cost_no_request(CancellationToken cancellation)
    {
        const int Apps = 4;
        var proxy = await StartAsync(
            static options =>
            {
                options.Enrolls = true;
                for (var i = 0; i < Apps; i++)
                {
                    options.Publish($"app{i}", static context => context.Response.WriteAsync("served"));
                }
            },
            cancellation);
        var keys = proxy.GatewayServices.GetRequiredService<SigningKeys>();
        var first = keys.Current;
        var stop = false;
        var newest = 0;
        var workers = Enumerable.Range(0, 4).Select(async worker =>
        {
            var served = 0;
            for (; !Volatile.Read(ref stop); served++)
            {
                using var client = proxy.CreateClient($"app{(served + worker) % (Volatile.Read(ref newest) + 1)}");
                using var answer = served % 2 == 0 ? await client.GetAsync("", cancellation) : await client.PostAsync("", new StringContent("once"), cancellation);
                answer.StatusCode.Should().Be(HttpStatusCode.OK);
            }

            return served;
        }).ToList();
        for (var i = 1; i < Apps; i++)
        {
            // Harder than it ever is: the key signs at once, for an app that nobody has opened yet, and the connector has not heard of it.
            await RotateAtOnceAsync(proxy, keys, cancellation);
            Volatile.Write(ref newest, i);
            using var client = proxy.CreateClient($"app{i}");
            (await client.GetStringAsync("", cancellation)).Should().Be("served");
        }

        Volatile.Write(ref stop, true);
        (await Task.WhenAll(workers)).Should().OnlyContain(static served => served > 0);
        keys.Current.Id.Should().NotBe(first.Id);
    }

    [Test]
    public async Task Who_waits_for_a_connector_longer_than_they_last_is_served_all_the_same([Values] bool isPost, CancellationToken cancellation)
    {
        var (time, running, released) = (new JumpingClock(), new Signal(), new Signal());
        var proxy = await StartAsync(
            options =>
            {
                options.Time = time;
                options.Enrolls = true;
                options.ConnectorSettings["Connector:Slots"] = "1";
                options.Relay["waitForConnector"] = "00:10:00";
                options.Publish("slow", async context =>
                {
                    running.Set();
                    await released.WaitAsync(cancellation);
                    await context.Response.WriteAsync("served");
                });
                options.Publish("app", static async context => await context.Response.WriteAsync(await new StreamReader(context.Request.Body, Encoding.UTF8).ReadToEndAsync()));
            },
            cancellation);
        using var slow = proxy.CreateClient("slow");
        using var client = proxy.CreateClient("app");
        // Both sides know the broker's time before it jumps.
        (await client.GetAsync("", cancellation)).StatusCode.Should().Be(HttpStatusCode.OK);
        var first = slow.GetStringAsync("", cancellation);
        await running.WaitAsync(cancellation);
        var waiting = isPost ? client.PostAsync("", new StringContent("once"), cancellation) : client.GetAsync("", cancellation);
        await Sent(proxy, cancellation);
        time.SetAhead(TimeSpan.FromMinutes(3));

        released.Set();

        (await first).Should().Be("served");
        using var answer = await waiting;
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be(isPost ? "once" : "");
        Log.Entries.Should().Contain(static entry => entry.EventId == 2603 && entry.Text.Contains("Expired", StringComparison.Ordinal), "or this test shows nothing");
    }

    [Test]
    public async Task The_gateways_keys_are_published(CancellationToken cancellation)
    {
        var proxy = await StartAsync(static options => options.Publish("app", static context => context.Response.WriteAsync("served")), cancellation);
        using var client = LoopbackClient.Create(proxy.GatewayUrl);

        using var answer = await client.GetAsync("/connectors/jwks", cancellation);

        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/jwk-set+json");
        var set = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellation)).RootElement;
        var key = set.GetProperty("keys").EnumerateArray().Should().ContainSingle().Subject;
        key.GetProperty("kid").GetString().Should().Be(proxy.GatewayServices.GetRequiredService<SigningKeys>().Current.Id);
        key.GetProperty("crv").GetString().Should().Be("P-256");
        key.TryGetProperty("d", out _).Should().BeFalse();
    }

    private static string Sign(Assertion assertion, SigningKey key) => SignedJson.Sign(assertion, IdentityJsonContext.Default.Assertion, Assertion.TokenType, key.Credentials);

    private static async Task RotateAtOnceAsync(TestEnvironment proxy, SigningKeys keys, CancellationToken cancellation)
    {
        var now = TimeProvider.System.GetUtcNow();
        var next = SigningKey.Create(keys.Current.Stored.Sequence + 1, now, now);
        await proxy.GatewayServices.GetRequiredService<ISigningKeyVault>().TryAddAsync(
            next.Stored with { Succession = KeySuccession.Write(keys.Current.Credentials, next.PublicKey, now) }, cancellation);
        await keys.LoadAsync(cancellation);
    }

    /// <summary>Waits until the request lies in the queue.</summary>
    private static async Task Sent(TestEnvironment proxy, CancellationToken cancellation)
    {
        var queue = proxy.GatewayServices.GetRequiredService<AppProxy.Gateway.Broker.Queues.QueueEngine>().TryFind(AppProxy.Contracts.Transport.EntityNames.Requests("default"), out var found) ? found : null;
        while (queue!.GetCounts().Active == 0)
        {
            cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
