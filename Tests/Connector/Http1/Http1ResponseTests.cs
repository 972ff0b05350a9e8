using System.Text;
using AppProxy.Connector.Execution;
using AppProxy.Connector.Http1;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Tests.EndToEnd;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Connector.Http1;

/// <summary>Both directions of one call.</summary>
[TestFixture]
internal sealed class Http1ResponseTests
{
    private const int Guard = 10_000;

    [TestCase("HTTP/1.1 200 Fine\r\nb-Own: 1\r\nContent-Length: 2\r\nA: \u00ff\r\nb-own: 2\r\ncontent-length: 2\r\n\r\nok", "200 Fine|b-Own=1|Content-Length=2|A=\u00ff|b-own=2 => ok")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\nX-Sum: 42\r\nTransfer-Encoding: x\r\n\r\n", "200 OK => ok|X-Sum=42")]
    [TestCase("HTTP/1.1 200 OK\r\nConnection: X-Hop, close\r\nx-hop: 1\r\nKeep-Alive: 1\r\nUpgrade: h2c\r\nX: 1\r\n\r\nok", "200 OK|X=1 => ok")]
    [TestCase("HTTP/1.0 200 OK\r\n\r\nok", "200 OK => ok")]
    [TestCase("HTTP/1.1 204 None\r\nContent-Length: 5\r\n\r\n", "204 None => ")]
    [TestCase("HTTP/1.1 304 Same\r\nContent-Length: 5\r\n\r\n", "304 Same|Content-Length=5 => ")]
    [TestCase("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "200 OK|Content-Length=2 => ok")]
    [TestCase("HTTP/1.1 101 Why\r\nUpgrade: x\r\n\r\n", "Upgrade")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok", "Aborted")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", "Aborted")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n", "Aborted")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok", "Aborted")]
    [TestCase("HTTP/1.1 200 OK\r\nX: 1\r\n", "Aborted")]
    [TestCase("", "Aborted")]
    [CancelAfter(Guard)]
    public async Task An_answer_is_read_to_its_end_or_refused(string answer, string expected, CancellationToken cancellation)
    {
        await using var app = Http1Call.Answering(answer, closes: true);
        using var call = new Http1Call(app.Url);

        (await call.GetAsync(cancellation)).Should().Be(expected);
        app.Connections.Should().Be(1, "nothing is sent again on the word of a fresh connection");
    }

    [Test, CancelAfter(Guard)]
    public async Task An_answer_arrives_whole_however_it_is_cut_on_its_way([Values] bool isChunked, CancellationToken cancellation)
    {
        var answer = Encoding.ASCII.GetBytes(isChunked
            ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n05;x\r\npedia\r\n0\r\nX-Sum: 42\r\n\r\n"
            : "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nWikipedia");
        var cut = 0;
        await using var app = new RawApp(async (connection, stop) =>
        {
            while (true)
            {
                await RawApp.ReadHeadAsync(connection, stop);
                await connection.WriteAsync(answer.AsMemory(0, cut), stop);
                await connection.FlushAsync(stop);
                await connection.WriteAsync(answer.AsMemory(cut), stop);
            }
        });
        using var call = new Http1Call(app.Url);

        for (cut = 0; cut < answer.Length; cut++)
        {
            (await call.GetAsync(cancellation)).Should().EndWith(isChunked ? " => Wikipedia|X-Sum=42" : " => Wikipedia");
        }

        app.Connections.Should().Be(1);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_large_answer_fills_what_it_is_read_into([Values] bool isTls, [Values] bool isChunked, CancellationToken cancellation)
    {
        var body = new byte[1_000_000];
        new Random(1).NextBytes(body);
        await using var app = new AppOf(
            context =>
            {
                context.Response.ContentLength = isChunked ? null : body.Length;
                return context.Response.Body.WriteAsync(body).AsTask();
            },
            isTls);
        using var call = new Http1Call(await app.StartAsync(cancellation));
        for (var i = 0; i < 3; i++)
        {
            await using var response = await call.SendAsync("GET", "/", cancellation);
            using var received = new MemoryStream();
            var buffer = new byte[FrameLimits.DataPiece];
            while (await response.ReadAsync(buffer) is var count and > 0)
            {
                received.Write(buffer.AsSpan(0, count));
            }

            received.ToArray().AsSpan().SequenceEqual(body).Should().BeTrue();
            response.IsEnded.Should().BeTrue();
        }

        call.Client.Idle.Should().Be(1);
    }

    [Test, CancelAfter(Guard)]
    public async Task Early_hints_are_handed_over(CancellationToken cancellation)
    {
        await using var app = Http1Call.Answering(
            "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nLink: </b.js>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        using var call = new Http1Call(app.Url);
        var interim = new Interim();

        await using var response = await call.SendAsync("GET", "/", cancellation, interim: interim);

        response.Status.Should().Be(200);
        interim.Lines.Should().Equal("103", "Link=</a.css>", "Link=</b.js>", "102");
    }

    [Test, CancelAfter(Guard)]
    public async Task Interim_answers_do_not_go_on_for_ever(CancellationToken cancellation)
    {
        await using var app = new RawApp(static async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            while (true)
            {
                await connection.WriteAsync("HTTP/1.1 102 Processing\r\n\r\n"u8.ToArray(), stop);
            }
        });
        using var call = new Http1Call(app.Url);

        (await call.GetAsync(cancellation)).Should().Be("TooManyInterim");
    }

    [Test, CancelAfter(Guard)]
    public async Task After_an_upgrade_both_sides_talk(CancellationToken cancellation)
    {
        var seen = "";
        await using var app = new RawApp(async (connection, stop) =>
        {
            seen = await RawApp.ReadHeadAsync(connection, stop);
            await connection.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nat once "u8.ToArray(), stop);
            var buffer = new byte[100];
            while (await connection.ReadAsync(buffer, stop) is var count and > 0 && buffer[0] != '!')
            {
                await connection.WriteAsync(buffer.AsMemory(0, count), stop);
            }
        });
        using var call = new Http1Call(app.Url);
        await using var response = await call.SendAsync("GET", "/", cancellation, FrameFlags.Upgrade | FrameFlags.Body, fields: "upgrade: echo");

        seen.Should().Contain("upgrade: echo\r\nConnection: Upgrade\r\n\r\n");
        response.IsUpgraded.Should().BeTrue();
        var buffer = new byte[100];
        var text = "";
        foreach (var word in (string[])["one ", "two ", "!"])
        {
            await response.WriteAsync(Encoding.ASCII.GetBytes(word));
            while (!text.EndsWith(word, StringComparison.Ordinal) && await response.ReadAsync(buffer) is var count and > 0)
            {
                text += Encoding.ASCII.GetString(buffer, 0, count);
            }
        }

        text.Should().Be("at once one two ");
        response.IsEnded.Should().BeTrue();
    }

    [Test, CancelAfter(Guard)]
    public async Task Both_directions_flow_at_once(CancellationToken cancellation)
    {
        await using var app = new AppOf(static async context =>
        {
            var buffer = new byte[100];
            while (await context.Request.Body.ReadAsync(buffer) is var count and > 0)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, count));
            }
        });
        using var call = new Http1Call(await app.StartAsync(cancellation));
        var body = new PushedBody();
        body.Push("ping 0"u8);
        await using var response = await call.SendAsync("POST", "/", cancellation, FrameFlags.Body, body);

        var buffer = new byte[100];
        for (var i = 0; i < 20; i++)
        {
            var count = await response.ReadAsync(buffer);
            Encoding.ASCII.GetString(buffer, 0, count).Should().Be("ping " + i);
            body.Push(Encoding.ASCII.GetBytes("ping " + (i + 1)));
        }

        body.Complete();
        (await response.ReadAsync(buffer)).Should().Be(7);
        (await response.ReadAsync(buffer)).Should().Be(0);
    }

    [Test, CancelAfter(Guard)]
    public async Task An_answer_ahead_of_the_body_is_heard_and_stops_it([Values] bool isChunked, [Values] bool hasBegun, CancellationToken cancellation)
    {
        var seen = new TaskCompletionSource<string>();
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            await connection.WriteAsync("HTTP/1.1 401 Who are you\r\nContent-Length: 2\r\n\r\nno"u8.ToArray(), stop);
            using var rest = new MemoryStream();
            try
            {
                await connection.CopyToAsync(rest, stop);
            }
            finally
            {
                seen.SetResult(Encoding.ASCII.GetString(rest.ToArray()));
            }
        });
        using var call = new Http1Call(app.Url);
        var body = new PushedBody();
        if (hasBegun)
        {
            body.Push("begun"u8);
        }

        await using (var response = await call.SendAsync("RDG_IN_DATA", "/", cancellation, FrameFlags.Body, body, fields: isChunked ? [] : ["Content-Length: 1000000"]))
        {
            (await Http1Call.DescribeAsync(response)).Should().Be("401 Who are you|Content-Length=2 => no");
            response.IsUploadOpen.Should().BeFalse("who refuses wants no more of it");
        }

        (await seen.Task.WaitAsync(cancellation)).Should().NotContain("0\r\n\r\n", "a part must not look whole");
        call.Client.Idle.Should().Be(0);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_whole_answer_may_come_while_the_app_goes_on_listening([Values] bool appHangsUp, CancellationToken cancellation)
    {
        var seen = new TaskCompletionSource<string>();
        var hangUp = new Signal();
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), stop);
            if (appHangsUp)
            {
                await hangUp.WaitAsync(stop);
                return;
            }

            var rest = new byte["4\r\nlate\r\n0\r\n\r\n".Length];
            await connection.ReadExactlyAsync(rest, stop);
            seen.SetResult(Encoding.ASCII.GetString(rest));
            await hangUp.WaitAsync(stop);
        });
        using var call = new Http1Call(app.Url);
        var body = new PushedBody();
        await using var response = await call.SendAsync("RDG_IN_DATA", "/", cancellation, FrameFlags.Body, body);

        response.IsEnded.Should().BeTrue();
        response.IsUploadOpen.Should().BeTrue();
        var through = response.WaitForUploadAsync().AsTask();
        through.IsCompleted.Should().BeFalse();
        if (appHangsUp)
        {
            hangUp.Set();
        }
        else
        {
            body.Push("late"u8);
            body.Complete();
            (await seen.Task.WaitAsync(cancellation)).Should().Be("4\r\nlate\r\n0\r\n\r\n");
        }

        await through.WaitAsync(cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_body_that_breaks_off_breaks_the_connection([Values] bool afterTheHead, CancellationToken cancellation)
    {
        var seen = new TaskCompletionSource<string>();
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            if (afterTheHead)
            {
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"u8.ToArray(), stop);
            }

            using var rest = new MemoryStream();
            try
            {
                await connection.CopyToAsync(rest, stop);
            }
            finally
            {
                seen.SetResult(Encoding.ASCII.GetString(rest.ToArray()));
            }
        });
        using var call = new Http1Call(app.Url);
        var body = new PushedBody();
        body.Push("part"u8);
        var calling = call.SendAsync("POST", "/", cancellation, FrameFlags.Body, body).AsTask();
        if (afterTheHead)
        {
            await calling;
        }

        body.Break(ExchangeFailure.ClientGone);
        var ending = async () =>
        {
            await using var response = await calling;
            await response.ReadAsync(new byte[1]);
        };

        (await ending.Should().ThrowAsync<RequestBodyBrokenException>()).Which.Failure.Should().Be(ExchangeFailure.ClientGone);
        (await seen.Task.WaitAsync(cancellation)).Should().Be("4\r\npart\r\n");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_call_that_is_given_up_ends_its_connection([Values] bool afterTheHead, CancellationToken cancellation)
    {
        var called = new Signal();
        var ended = new Signal();
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            if (afterTheHead)
            {
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"u8.ToArray(), stop);
            }

            called.Set();
            try
            {
                _ = await connection.ReadAsync(new byte[1], stop);
            }
            finally
            {
                ended.Set();
            }
        });
        using var call = new Http1Call(app.Url);
        using var giveUp = new CancellationTokenSource();
        var calling = call.SendAsync("GET", "/", giveUp.Token).AsTask();
        await called.WaitAsync(cancellation);
        if (afterTheHead)
        {
            await calling;
        }

        await giveUp.CancelAsync();
        var ending = async () =>
        {
            await using var response = await calling;
            await response.ReadAsync(new byte[1]);
        };

        await ending.Should().ThrowAsync<OperationCanceledException>();
        await ended.WaitAsync(cancellation);
    }

    private sealed class Interim : IInterimResponses
    {
        public List<string> Lines { get; } = [];

        public void Add(int status, FieldSection fields)
        {
            Lines.Add(status.ToString(System.Globalization.CultureInfo.InvariantCulture));
            foreach (var line in fields)
            {
                Lines.Add(Encoding.ASCII.GetString(line.Name) + "=" + Encoding.ASCII.GetString(line.Value));
            }
        }
    }
}
