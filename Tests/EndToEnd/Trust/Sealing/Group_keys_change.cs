using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using AppProxy.Connector.Hosting;
using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Broker.Queues;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Gateway.Connectors.Sealing;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Trust.Sealing;

/// <summary>Enrolled connectors on a namespace: keys come with their tokens, change, and are taken away.</summary>
[TestFixture]
internal sealed class Group_keys_change : EndToEndTest
{
    private const int Long = 60_000;

    private const int ShutOut = 2205;

    private readonly Signal _over = new();
    private readonly ConcurrentBag<string> _posts = [];

    [Test, CancelAfter(Long)]
    public async Task What_is_under_way_goes_on(CancellationToken cancellation)
    {
        var proxy = await StartAsync(connectors: 2, cancellation);
        using var client = proxy.CreateClient("app");
        var streams = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.GetAsync("stream", HttpCompletionOption.ResponseHeadersRead, cancellation)));
        var uploads = Enumerable.Range(0, 4).Select(_ => new SlowBody()).ToList();
        var posts = uploads.Select(upload => client.PostAsync("echo", new StreamContent(upload.Reader), cancellation)).ToList();
        await Task.WhenAll(uploads.Select(upload => upload.WriteAsync("before,", cancellation)));

        var keys = proxy.GatewayServices.GetRequiredService<GroupKeys>();
        var before = keys.Of("default")[^1];
        (await keys.RotateAsync("default", cancellation)).Secret.Id.Should().NotBe(before.Secret.Id);

        (await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetStringAsync("", cancellation)))).Should().OnlyContain(static answer => answer == "served");
        _over.Set();
        foreach (var stream in streams)
        {
            (await stream.Content.ReadAsStringAsync(cancellation)).Should().Be("begun,ended");
        }

        foreach (var upload in uploads)
        {
            await upload.WriteAsync("after", cancellation);
            upload.End();
        }

        foreach (var post in posts)
        {
            (await (await post).Content.ReadAsStringAsync(cancellation)).Should().Be("before,after");
        }

        Log.Entries.Should().NotContain(static entry => entry.EventId == 1011, "nothing was refused");
    }

    [Test, CancelAfter(Long)]
    public async Task A_revoked_connector_is_not_believed_and_then_cannot_read(CancellationToken cancellation)
    {
        var proxy = await StartAsync(connectors: 1, cancellation);
        using var client = proxy.CreateClient("app");
        (await client.GetStringAsync("", cancellation)).Should().Be("served");
        var store = proxy.GatewayServices.GetRequiredService<IConnectorStore>();
        var revoked = (await store.ListAsync(cancellation)).Single();

        // It is alone, and never heard of it: so it is the one that answers, in vain.
        await SilenceAsync(proxy.Connectors[0], cancellation);
        await store.UpdateAsync(revoked.Id, static other => other with { RevokedAt = TimeProvider.System.GetUtcNow() }, cancellation);
        await proxy.GatewayServices.GetRequiredService<ConnectorWatch>().LookAsync(cancellation);
        (await client.GetAsync("", cancellation)).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        await Log.WaitForAsync(static entry => entry.EventId == 1011 && entry.Text.Contains("Revoked", StringComparison.Ordinal), cancellation);

        await proxy.GatewayServices.GetRequiredService<GroupKeys>().RotateAsync("default", cancellation);
        (await client.GetAsync("", cancellation)).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        await Log.WaitForAsync(static entry => entry.Text.Contains("was revoked", StringComparison.Ordinal), cancellation);

        await proxy.StartConnectorAsync(cancellationToken: cancellation);
        (await client.GetStringAsync("", cancellation)).Should().Be("served");
    }

    [Test, CancelAfter(Long)]
    public async Task What_a_revoked_connector_took_is_given_to_another(CancellationToken cancellation)
    {
        var proxy = await StartAsync(connectors: 2, cancellation);
        using var client = proxy.CreateClient("app");
        var store = proxy.GatewayServices.GetRequiredService<IConnectorStore>();
        var first = (await store.ListAsync(cancellation)).Single(static connector => connector.Name == "connector");
        var deaf = await SilenceAsync(proxy.Connectors[0], cancellation);
        await store.UpdateAsync(first.Id, static other => other with { RevokedAt = TimeProvider.System.GetUtcNow() }, cancellation);
        await proxy.GatewayServices.GetRequiredService<ConnectorWatch>().LookAsync(cancellation);

        // As long as it has not heard of it, and as others do that would not listen.
        await ServesAsync(client, cancellation);
        Log.Entries.Should().Contain(static entry => entry.EventId == 1011 && entry.Text.Contains("Revoked", StringComparison.Ordinal), "it went on taking them");
        _posts.Should().OnlyHaveUniqueItems("what may not run twice did not");

        // One that listens takes none any more.
        await deaf.StartAsync(cancellation);
        (await Log.WaitForAsync(static entry => entry.EventId == ShutOut, cancellation)).Text.Should().Contain("was revoked");
        await ServesAsync(client, cancellation);
    }

    /// <summary>It does not hear any more what the gateway thinks of it.</summary>
    private static async Task<PresenceReporter> SilenceAsync(TestConnector connector, CancellationToken cancellation)
    {
        var presence = connector.Services.GetServices<IHostedService>().OfType<PresenceReporter>().Single();
        await presence.StopAsync(cancellation);
        return presence;
    }

    private static async Task ServesAsync(HttpClient client, CancellationToken cancellation)
    {
        var posts = Enumerable.Range(0, 20).Select(async _ => await (await client.PostAsync("once", new StringContent(Guid.NewGuid().ToString()), cancellation)).Content.ReadAsStringAsync(cancellation));
        var gets = Enumerable.Range(0, 40).Select(async _ => await (await client.GetAsync("", cancellation)).Content.ReadAsStringAsync(cancellation));
        (await Task.WhenAll(posts.Concat(gets))).Should().OnlyContain(static answer => answer == "served");
    }

    private async Task<TestEnvironment> StartAsync(int connectors, CancellationToken cancellation)
    {
        const string key = "a key that only this test knows, and nobody else";
        var broker = Use(await BrokerServer.StartAsync(
            static options =>
            {
                options.AuthorizationRules.Add(new SharedAccessAuthorizationRule { KeyName = "gateway", PrimaryKey = key, Grants = [new EntityGrant("", EntityClaims.Manage)] });
                options.AuthorizationRules.Add(new SharedAccessAuthorizationRule
                {
                    KeyName = "connector",
                    PrimaryKey = key,
                    Grants =
                    [
                        new EntityGrant(EntityNames.Requests("default"), EntityClaims.Listen), new EntityGrant(EntityNames.Uplinks("default"), EntityClaims.Listen),
                        new EntityGrant(EntityNames.Replies("default"), EntityClaims.Send),
                    ],
                });
            },
            TimeProvider.System,
            cancellation));
        broker.Engine.GetOrCreate(new QueueOptions { Name = EntityNames.Requests("default") });
        broker.Engine.GetOrCreate(new QueueOptions { Name = EntityNames.Replies("default"), RequiresSession = true });
        broker.Engine.GetOrCreate(new QueueOptions { Name = EntityNames.Uplinks("default"), RequiresSession = true });
        return await StartAsync(
            options =>
            {
                options.Connectors = connectors;
                options.Enrolls = true;
                options.ServiceBus = string.Create(
                    CultureInfo.InvariantCulture, $"Endpoint=sb://127.0.0.1:{broker.Tcp.Port};SharedAccessKeyName=gateway;SharedAccessKey={key};UseDevelopmentEmulator=true");
                foreach (var name in (string[])["RequestsKey", "UplinksKey", "RepliesKey"])
                {
                    options.GatewaySettings[$"Gateway:ServiceBusRules:default:{name}"] = key;
                }

                options.Relay["waitForConnector"] = "00:00:02";
                options.Publish("app", async context =>
                {
                    if (context.Request.Path == "/stream")
                    {
                        await context.Response.WriteAsync("begun,");
                        await context.Response.Body.FlushAsync();
                        await _over.WaitAsync(context.RequestAborted);
                        await context.Response.WriteAsync("ended");
                    }
                    else if (context.Request.Path == "/once")
                    {
                        using var reader = new StreamReader(context.Request.Body);
                        _posts.Add(await reader.ReadToEndAsync(context.RequestAborted));
                        await context.Response.WriteAsync("served");
                    }
                    else if (context.Request.Path == "/echo")
                    {
                        await context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
                    }
                    else
                    {
                        await context.Response.WriteAsync("served");
                    }
                });
            },
            cancellation);
    }

    /// <summary>A body that comes as the test says.</summary>
    private sealed class SlowBody
    {
        private readonly System.IO.Pipelines.Pipe _pipe = new();

        public Stream Reader => _pipe.Reader.AsStream();

        public async Task WriteAsync(string text, CancellationToken cancellation) => await _pipe.Writer.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text), cancellation);

        public void End() => _pipe.Writer.Complete();
    }
}
