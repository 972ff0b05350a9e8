using System.Text.RegularExpressions;
using AppProxy.Testing;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Smuggling;

/// <summary>What two servers in a row could read in two ways is refused before any connector sees it, and takes its connection with it.</summary>
public sealed partial class Requests_are_not_smuggled : EndToEndTest
{
    /// <summary>A hundred connections, one after the other.</summary>
    private const int LongGuard = 60_000;

    /// <summary>Longest that the gateway may leave a refused connection open.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    [Test, CancelAfter(LongGuard)]
    public async Task Http1_that_can_be_read_in_two_ways_is_refused(CancellationToken cancellation)
    {
        var (proxy, app) = await StartAsync(TestProtocol.Http1, cancellation);
        var host = proxy.UrlOf("app").Authority;
        var wrong = new List<string>();
        foreach (var test in SmugglingCorpus.Read("Http1.corpus.txt"))
        {
            var bad = SmugglingCorpus.Unescape(string.Concat(test.Lines), host);
            var answer = await SendAsync(proxy, bad + $"GET /behind HTTP/1.1\r\nHost: {host}\r\n\r\n", cancellation);
            var statuses = string.Join(" ", StatusLine().Matches(answer).Select(line => line.Groups[1].Value));
            var through = await TakeAsync(proxy, app, cancellation);
            if (statuses != test.Status || answer.Contains("(open)", StringComparison.Ordinal) || through.Length > 0)
            {
                wrong.Add($"{test.Name} ({test.Why}): answered {statuses}{(answer.EndsWith("(open)", StringComparison.Ordinal) ? " and left open" : "")}, got through: {through}");
            }
        }

        wrong.Should().BeEmpty();
    }

    [Test, CancelAfter(LongGuard)]
    public async Task Http2_that_could_mean_something_else_in_http1_is_refused(CancellationToken cancellation)
    {
        var (proxy, app) = await StartAsync(TestProtocol.Http2, cancellation);
        var host = proxy.UrlOf("app").Authority;
        var wrong = new List<string>();
        foreach (var test in SmugglingCorpus.Read("Http2.corpus.txt"))
        {
            await using var connection = new RawHttp2Connection(await proxy.ConnectAsync(cancellation));
            var body = test.Lines.FirstOrDefault(line => line.StartsWith("> ", StringComparison.Ordinal))?[2..];
            await connection.SendAsync(test.Lines.SelectMany(line => Fields(line, host)), body, cancellation);

            var end = await connection.ReadEndAsync(cancellation);

            var through = await TakeAsync(proxy, app, cancellation);
            if (!(test.Status.Length > 0 ? end == test.Status : end is "400" or "reset" or "closed") || through.Length > 0)
            {
                wrong.Add($"{test.Name} ({test.Why}): {end}, got through: {through}");
            }
        }

        wrong.Should().BeEmpty();
    }

    [Test, CancelAfter(Guard)]
    public async Task What_no_app_claims_is_answered_by_the_gateway([Values(TestProtocol.Http1, TestProtocol.Http2)] TestProtocol front, CancellationToken cancellation)
    {
        var (proxy, app) = await StartAsync(front, cancellation);
        using var client = proxy.CreateClient("app");
        var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Host = "other.example";

        using var answer = await client.SendAsync(request, cancellation);

        ((int)answer.StatusCode).Should().Be(404);
        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Contain("Nothing is published here");
        (await TakeAsync(proxy, app, cancellation)).Should().BeEmpty();
    }

    [Test, CancelAfter(Guard)]
    public async Task A_host_beside_the_authority_reaches_nobody(CancellationToken cancellation)
    {
        // The server puts the authority in its place before any code of ours sees it, so it cannot be refused; RFC 9113 section 8.3.1 asks
        // that it is never used.
        var (proxy, app) = await StartAsync(TestProtocol.Http2, cancellation);
        var host = proxy.UrlOf("app").Authority;
        await using var connection = new RawHttp2Connection(await proxy.ConnectAsync(cancellation));

        await connection.SendAsync([.. Fields("{ok}", host), ("host", "other.example")], null, cancellation);

        (await connection.ReadEndAsync(cancellation)).Should().BeOneOf("200", "400", "reset");
        app.Take().Should().NotContain(head => head.Contains("other.example", StringComparison.Ordinal));
    }

    [Test, CancelAfter(Guard)]
    public async Task A_good_request_behind_a_good_request_is_answered(CancellationToken cancellation)
    {
        // So that the corpus' silence about what is behind means something.
        var (proxy, app) = await StartAsync(TestProtocol.Http1, cancellation);
        var host = proxy.UrlOf("app").Authority;

        var answer = await SendAsync(
            proxy, $"POST /first HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX-T: 1\r\n\r\nGET /behind HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n",
            cancellation);

        StatusLine().Matches(answer).Select(line => line.Groups[1].Value).Should().Equal("200", "200");
        app.Take().Select(head => head.Split(' ')[1]).Should().Equal("/first", "/behind");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_bad_chunk_that_comes_later_breaks_the_upload_off(CancellationToken cancellation)
    {
        var begun = new Signal();
        var got = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            var first = await ReadUntilAsync(connection, "abc", stop);
            begun.Set();
            got.TrySetResult(first + await ReadToEndAsync(connection, stop));
        });
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        var host = proxy.UrlOf("app").Authority;
        await using var client = await proxy.ConnectAsync(cancellation);
        await client.WriteAsync(SmugglingCorpus.Octets($"POST /x HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), cancellation);
        await begun.WaitAsync(cancellation);

        await client.WriteAsync(SmugglingCorpus.Octets($"xyz\r\n0\r\n\r\nGET /behind HTTP/1.1\r\nHost: {host}\r\n\r\n"), cancellation);

        var answer = await ReadToEndAsync(client, cancellation);
        StatusLine().Matches(answer).Select(line => line.Groups[1].Value).Should().Equal("400");
        (await got.Task.WaitAsync(cancellation)).Should().NotContain("0\r\n\r\n", "the app must not take the part for the whole").And.NotContain("xyz");
    }

    private async Task<(TestEnvironment Proxy, RecordingApp App)> StartAsync(TestProtocol front, CancellationToken cancellation)
    {
        var app = Use(new RecordingApp());
        var proxy = await StartAsync(
            o =>
            {
                o.Front = front;
                o.Publish("app", app.Url);
            },
            cancellation);
        return (proxy, app);
    }

    /// <summary>What got through before a request that does: there is one connector, and one queue that keeps their order.</summary>
    private static async Task<string> TakeAsync(TestEnvironment proxy, RecordingApp app, CancellationToken cancellation)
    {
        using var client = proxy.CreateClient("app");
        (await client.GetStringAsync("/sentinel", cancellation)).Should().Be("ok");
        return string.Join(" / ", app.Take().Where(head => !head.StartsWith("GET /sentinel ", StringComparison.Ordinal)).Select(Regex.Escape));
    }

    private static async Task<string> SendAsync(TestEnvironment proxy, string octets, CancellationToken cancellation)
    {
        await using var connection = await proxy.ConnectAsync(cancellation);
        await connection.WriteAsync(SmugglingCorpus.Octets(octets), cancellation);
        using var all = new MemoryStream();
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        var end = "";
        try
        {
            await connection.CopyToAsync(all, both.Token);
        }
        catch (IOException)
        {
            // An abort is an end too.
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            end = "(open)";
        }

        return System.Text.Encoding.Latin1.GetString(all.ToArray()) + end;
    }

    private static IEnumerable<(string Name, string Value)> Fields(string line, string host)
    {
        if (line == "{ok}")
        {
            return [(":method", "GET"), (":scheme", "http"), (":authority", host), (":path", "/x")];
        }

        if (line.StartsWith("> ", StringComparison.Ordinal))
        {
            return [];
        }

        var colon = line.LastIndexOf(": ", StringComparison.Ordinal);
        return [(Text(line[..colon]), Text(line[(colon + 2)..]))];

        string Text(string escaped) => SmugglingCorpus.Unescape(escaped, host).Replace("{colon}", ":", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"HTTP/1\.1 (\d{3})")]
    private static partial Regex StatusLine();
}
