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
}
