using System.Globalization;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Clients;

/// <summary>Not how fast, but that each of many requests in a row on the same connections gets its whole answer.</summary>
public sealed class Load_tools_count_their_answers : EndToEndTest
{
    private static readonly int Requests = Scale.Of(20_000);
    private int _calls;

    [Test, CancelAfter(120_000)]
    public async Task H2load([Values(TestProtocol.Http1, TestProtocol.Http2, TestProtocol.Https2)] TestProtocol front, [Values] bool post, CancellationToken cancellation)
    {
        var h2load = RequiredProgram.Find("h2load", "nghttp2-client");
        using var folder = new WorkingFolder();
        folder.Write("body", new string('x', 10_000));
        var proxy = await StartAsync(front, cancellation);
        string[] body = post ? ["--data=body"] : [];
        string[] version = front == TestProtocol.Http1 ? ["--h1"] : ["--max-concurrent-streams=10"];

        await using var run = await RunningProgram.RunAsync(
            h2load,
            [$"--requests={Text(Requests)}", "--clients=10", .. version, .. body, $"--connect-to=127.0.0.1:{proxy.GatewayUrl.Port}", proxy.UrlOf("app").ToString()],
            cancellation,
            folder.Path);

        run.Output.Should().Contain($"{Text(Requests)} succeeded, 0 failed, 0 errored, 0 timeout").And.Contain($"status codes: {Text(Requests)} 2xx");
        _calls.Should().Be(Requests);
    }

    [Test, CancelAfter(120_000)]
    public async Task Ab_with_keep_alive([Values(TestProtocol.Http1, TestProtocol.Https1)] TestProtocol front, CancellationToken cancellation)
    {
        var ab = RequiredProgram.Find("ab", "apache2-utils");
        var proxy = await StartAsync(front, cancellation);

        await using var run = await RunningProgram.RunAsync(
            ab, ["-q", "-k", "-n", Text(Requests), "-c", "10", "-H", "Host: " + proxy.UrlOf("app").Authority, proxy.GatewayUrl.ToString()], cancellation);

        run.Output.Should().MatchRegex($@"Complete requests: +{Text(Requests)}\n").And.MatchRegex(@"Failed requests: +0\n").And.NotContain("Non-2xx")
            .And.MatchRegex($@"Keep-Alive requests: +{Text(Requests)}\n", "{0}", "HTTP/1.0 keeps its connection when asked to");
        _calls.Should().Be(Requests);
    }

    private Task<TestEnvironment> StartAsync(TestProtocol front, CancellationToken cancellation) => StartAsync(
        options =>
        {
            options.Front = front;
            options.Publish("app", AnswerAsync);
        },
        cancellation);

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _calls);
        await context.Request.Body.CopyToAsync(Stream.Null);
        context.Response.ContentLength = 1000;
        await context.Response.WriteAsync(new string('y', 1000));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
