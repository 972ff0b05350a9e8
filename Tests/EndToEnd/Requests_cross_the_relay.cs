using System.Net;
using System.Text;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd;

[TestFixture]
[CancelAfter(60_000)]
public sealed class Requests_cross_the_relay
{
    [Test]
    public async Task A_get_is_answered(CancellationToken cancellation)
    {
        await using var proxy = await TestEnvironment.StartAsync(o => o.Publish("app", c => c.Response.WriteAsync("hello " + c.Request.Path)), cancellation);
        using var client = proxy.CreateClient("app");

        var answer = await client.GetStringAsync("/there", cancellation);

        answer.Should().Be("hello /there");
    }

    [Test]
    public async Task A_post_is_answered(CancellationToken cancellation)
    {
        await using var proxy = await TestEnvironment.StartAsync(
            o => o.Publish("app", async c => { c.Response.StatusCode = 201; await c.Request.Body.CopyToAsync(c.Response.Body); }), cancellation);
        using var client = proxy.CreateClient("app");

        using var answer = await client.PostAsync("/there", new ByteArrayContent(Encoding.ASCII.GetBytes(new string('x', 300_000))), cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.Created);
        (await answer.Content.ReadAsStringAsync(cancellation)).Should().HaveLength(300_000);
    }

    [Test]
    public async Task A_large_response_arrives([Values] TestTransport transport, CancellationToken cancellation)
    {
        var body = new byte[3_000_000];
        new Random(1).NextBytes(body);
        await using var proxy = await TestEnvironment.StartAsync(
            o => { o.Transport = transport; o.Publish("app", c => { c.Response.ContentLength = body.Length; return c.Response.Body.WriteAsync(body).AsTask(); }); }, cancellation);
        using var client = proxy.CreateClient("app");

        for (var i = 0; i < 20; i++)
        {
            (await client.GetByteArrayAsync("/", cancellation)).AsSpan().SequenceEqual(body).Should().BeTrue();
        }
    }
}
