using System.Globalization;
using System.Security.Cryptography;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Promises;

public sealed class A_connection_is_cut : PromiseTest
{
    private const int Length = 24 * 1024 * 1024;
    private static readonly int[] Cuts = [Length / 4, Length / 2, Length * 3 / 4];
    private static readonly byte[] Octets = CreateOctets();
    private static readonly byte[] Hash = SHA256.HashData(Octets);

    [Test, CancelAfter(Guard)]
    public async Task A_download_goes_on_octet_for_octet([Values(TestTransport.Amqp, TestTransport.WebSocket)] TestTransport transport, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            options =>
            {
                options.Transport = transport;
                options.Publish("app", async context =>
                {
                    context.Response.ContentLength = Length;
                    await context.Response.Body.WriteAsync(Octets, context.RequestAborted);
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        using var answer = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, cancellation);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        var total = 0;
        var cuts = 0;
        int count;
        while ((count = await body.ReadAsync(buffer, cancellation)) > 0)
        {
            hash.AppendData(buffer, 0, count);
            total += count;
            if (cuts < Cuts.Length && total >= Cuts[cuts])
            {
                cuts++;
                proxy.Connectors[0].DropConnection();
            }
        }

        total.Should().Be(Length);
        cuts.Should().Be(Cuts.Length);
        hash.GetHashAndReset().Should().Equal(Hash);
    }

    [Test, CancelAfter(Guard)]
    public async Task An_upload_goes_on_octet_for_octet([Values(TestTransport.Amqp, TestTransport.WebSocket)] TestTransport transport, CancellationToken cancellation)
    {
        TestEnvironment? started = null;
        var cuts = 0;
        var proxy = await StartAsync(
            options =>
            {
                options.Transport = transport;
                options.Publish("app", async context =>
                {
                    using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                    var buffer = new byte[64 * 1024];
                    var total = 0;
                    int count;
                    while ((count = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
                    {
                        hash.AppendData(buffer, 0, count);
                        total += count;
                        if (cuts < Cuts.Length && total >= Cuts[cuts])
                        {
                            cuts++;
                            started!.Connectors[0].DropConnection();
                        }
                    }

                    await context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{total} {Convert.ToHexString(hash.GetHashAndReset())}"));
                });
            },
            cancellation);
        started = proxy;
        using var client = proxy.CreateClient("app");

        using var answer = await client.PostAsync("/", new ByteArrayContent(Octets), cancellation);

        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be($"{Length} {Convert.ToHexString(Hash)}");
        cuts.Should().Be(Cuts.Length);
    }

    [Test, CancelAfter(Guard)]
    public async Task Exchanges_go_on_when_it_is_back_at_once([Values] TestTransport transport, [Values("GET", "POST")] string method, CancellationToken cancellation)
    {
        var proxy = await StartWithoutConnectorAsync(cancellation, options => options.Transport = transport);
        var connector = await proxy.StartConnectorAsync(null, cancellation);
        using var client = proxy.CreateClient("app");
        var asking = client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/"), HttpCompletionOption.ResponseHeadersRead, cancellation);
        var run = await App.NextAsync(cancellation);
        await run.WriteAsync("begun ");
        using var answer = await asking;

        connector.DropConnection();
        await connector.WaitForConnectedAsync(cancellation);
        await run.AnswerAsync("and ended");

        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be("begun and ended");
        App.Count.Should().Be(1);
    }

    [Test, CancelAfter(Guard)]
    public async Task When_it_stays_away_a_get_is_answered_by_another([Values] TestTransport transport, CancellationToken cancellation)
    {
        var proxy = await StartWithoutConnectorAsync(cancellation, options => options.Transport = transport);
        var connector = await proxy.StartConnectorAsync(null, cancellation);
        using var client = proxy.CreateClient("app");
        var asking = client.GetAsync("/", cancellation);
        await App.NextAsync(cancellation);

        connector.Disconnect();
        await proxy.StartConnectorAsync(null, cancellation);

        var run = await App.NextAsync(cancellation);
        await run.AnswerAsync("by the other");
        await ShouldBeAsync(asking, "by the other", cancellation);
        App.Count.Should().Be(2);
        connector.Reconnect();
    }

    [Test, CancelAfter(Guard)]
    public async Task When_it_stays_away_a_post_is_never_run_again([Values] TestTransport transport, CancellationToken cancellation)
    {
        var proxy = await StartWithoutConnectorAsync(cancellation, options => options.Transport = transport);
        var connector = await proxy.StartConnectorAsync(null, cancellation);
        using var client = proxy.CreateClient("app");
        var asking = client.PostAsync("/", new StringContent("an order"), cancellation);
        await App.NextAsync(cancellation);

        var cut = TimeProvider.System.GetTimestamp();
        connector.Disconnect();
        await ShouldBeLostAsync(asking, cancellation);

        TimeProvider.System.GetElapsedTime(cut).Should().BeLessThan(LossIsNoticed);
        connector.Reconnect();
        await OnlyTheNextIsServedAsync(client, cancellation);
    }

    private static byte[] CreateOctets()
    {
        var octets = new byte[Length];
#pragma warning disable CA5394 // The same octets each time.
        new Random(1).NextBytes(octets);
#pragma warning restore CA5394
        return octets;
    }
}
