using AppProxy.Connector.Http1;
using AppProxy.Contracts.Frames;
using AppProxy.Tests.EndToEnd;
using FluentAssertions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Connector.Http1;

/// <summary>Which connection a call gets.</summary>
[TestFixture]
internal sealed class Http1PoolTests
{
    private const int Guard = 10_000;
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private const string Said = "200 OK|Content-Length=2 => ok";

    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "GET", 1)]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "GET", 1)]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "HEAD", 1)]
    [TestCase("HTTP/1.1 204 None\r\n\r\n", "GET", 1)]
    [TestCase("HTTP/1.1 304 Same\r\nContent-Length: 2\r\n\r\n", "GET", 1)]
    [TestCase("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", "GET", 1)]
    [TestCase("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "GET", 3)]
    [TestCase("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", "GET", 3)]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok!", "GET", 3)]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n\r\n", "GET", 3)]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HEAD", 3)]
    [TestCase("HTTP/1.1 204 None\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "GET", 3)]
    [CancelAfter(Guard)]
    public async Task A_connection_is_kept_when_nothing_speaks_against_it(string answer, string method, int connections, CancellationToken cancellation)
    {
        await using var app = Http1Call.Answering(answer);
        using var call = new Http1Call(app.Url);

        for (var i = 0; i < 3; i++)
        {
            (await call.GetAsync(cancellation, method)).Should().MatchRegex("^(200|204|304) ");
        }

        app.Connections.Should().Be(connections);
    }

    [TestCase("NTLM TlRMTVNTUAAD", 3), TestCase("negotiate YII=", 3), TestCase("Basic YTpi", 1), TestCase("NTLMx YTpi", 1)]
    [CancelAfter(Guard)]
    public async Task A_connection_that_speaks_for_a_person_is_nobody_elses(string credentials, int connections, CancellationToken cancellation)
    {
        await using var app = Http1Call.Answering(Ok);
        using var call = new Http1Call(app.Url);

        for (var i = 0; i < 3; i++)
        {
            await using var answer = await call.SendAsync("GET", "/", cancellation, FrameFlags.Replayable, fields: ["Authorization: " + credentials]);
            (await Http1Call.DescribeAsync(answer)).Should().Be(Said);
        }

        app.Connections.Should().Be(connections);
    }

    [TestCase("Content-Length: 2\r\n\r\nok"), TestCase("Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")]
    [CancelAfter(Guard)]
    public async Task A_second_response_is_nobodys(string rest, CancellationToken cancellation)
    {
        await using var app = Http1Call.Answering($"HTTP/1.1 200 OK\r\n{rest}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
        using var call = new Http1Call(app.Url);

        for (var i = 0; i < 3; i++)
        {
            (await call.GetAsync(cancellation)).Should().EndWith(" => ok");
            (await call.Log.NextAsync(LogLevel.Warning, cancellation)).Should().Contain("42 octets beyond its response");
        }

        app.Connections.Should().Be(3);
    }

    [Test, CancelAfter(Guard)]
    public async Task What_comes_while_nobody_asked_ends_the_connection([Values("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", "")] string said, CancellationToken cancellation)
    {
        var speak = new Signal();
        var spoken = new Signal();
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            await connection.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Ok), stop);
            if (spoken.IsSet)
            {
                return;
            }

            await speak.WaitAsync(stop);
            await connection.WriteAsync(System.Text.Encoding.ASCII.GetBytes(said), stop);
            connection.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            spoken.Set();
            _ = await connection.ReadAsync(new byte[1], stop);
        });
        using var call = new Http1Call(app.Url);
        (await call.GetAsync(cancellation)).Should().Be(Said);
        speak.Set();
        await spoken.WaitAsync(cancellation);

        // Nothing may be sent on it, so it does not matter whether it could be sent again.
        await using var response = await call.SendAsync("POST", "/", cancellation);

        (await Http1Call.DescribeAsync(response)).Should().Be(Said);
        app.Connections.Should().Be(2);
    }

    [Test, CancelAfter(Guard)]
    public async Task Only_what_may_run_twice_is_sent_again_when_an_idle_connection_turns_out_dead(
        [Values] bool isReplayable, [Values("", "HTTP")] string begun, CancellationToken cancellation)
    {
        var requests = 0;
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            Interlocked.Increment(ref requests);
            await connection.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Ok), stop);
            await RawApp.ReadHeadAsync(connection, stop);
            if (Interlocked.Increment(ref requests) > 2)
            {
                await connection.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Ok), stop);
            }

            await connection.WriteAsync(System.Text.Encoding.ASCII.GetBytes(begun), stop);
        });
        using var call = new Http1Call(app.Url);
        (await call.GetAsync(cancellation)).Should().Be(Said);

        var calling = async () =>
        {
            await using var response = await call.SendAsync("GET", "/", cancellation, isReplayable ? FrameFlags.Replayable : FrameFlags.None);
            return await Http1Call.DescribeAsync(response);
        };

        if (isReplayable && begun.Length == 0)
        {
            (await calling()).Should().Be(Said);
            requests.Should().Be(3);
        }
        else
        {
            (await calling.Should().ThrowAsync<Http1Exception>()).Which.Error.Should().Be(Http1Error.Aborted);
            requests.Should().Be(2);
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task Callers_wait_in_line_where_connections_are_limited(CancellationToken cancellation)
    {
        await using var app = Http1Call.Answering(Ok);
        using var call = new Http1Call(app.Url, options => options with { MaxConnections = 1 });
        var first = await call.SendAsync("GET", "/", cancellation);
        using var impatient = new CancellationTokenSource();
        var second = call.SendAsync("GET", "/", impatient.Token).AsTask();
        var third = call.SendAsync("GET", "/", cancellation).AsTask();
        second.IsCompleted.Should().BeFalse();

        await impatient.CancelAsync();
        await second.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        third.IsCompleted.Should().BeFalse();
        await Http1Call.ReadToEndAsync(first);
        await first.DisposeAsync();
        await using (var response = await third)
        {
            (await Http1Call.DescribeAsync(response)).Should().Be(Said);
        }

        app.Connections.Should().Be(1);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_connection_that_is_closed_makes_room_for_who_waits(CancellationToken cancellation)
    {
        await using var app = Http1Call.Answering(Ok);
        using var call = new Http1Call(app.Url, options => options with { MaxConnections = 1 });
        var first = await call.SendAsync("GET", "/", cancellation);
        var second = call.SendAsync("GET", "/", cancellation).AsTask();

        // Not read to its end.
        await first.DisposeAsync();

        await using var response = await second;
        (await Http1Call.DescribeAsync(response)).Should().Be(Said);
        app.Connections.Should().Be(2);
    }

    [Test, CancelAfter(Guard)]
    public async Task An_idle_connection_is_closed_after_its_time(CancellationToken cancellation)
    {
        var closed = new Signal();
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            await connection.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Ok), stop);
            _ = await connection.ReadAsync(new byte[1], stop);
            closed.Set();
        });
        var time = new FakeTimeProvider();
        using var call = new Http1Call(app.Url, time: time);
        (await call.GetAsync(cancellation)).Should().Be(Said);

        time.Advance(TimeSpan.FromSeconds(89));
        call.Client.Idle.Should().Be(1);
        closed.IsSet.Should().BeFalse();
        time.Advance(TimeSpan.FromSeconds(30));

        call.Client.Idle.Should().Be(0);
        await closed.WaitAsync(cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task Idle_connections_end_with_the_client(CancellationToken cancellation)
    {
        var closed = new Signal();
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            await connection.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Ok), stop);
            _ = await connection.ReadAsync(new byte[1], stop);
            closed.Set();
        });
        using (var call = new Http1Call(app.Url))
        {
            await call.GetAsync(cancellation);
        }

        await closed.WaitAsync(cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_connection_is_not_waited_for_for_ever(CancellationToken cancellation)
    {
        var accepted = new Signal();
        await using var app = new RawApp(async (connection, stop) =>
        {
            // Takes the connection, and never says a word of TLS.
            _ = await connection.ReadAsync(new byte[1], stop);
            accepted.Set();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        });
        var time = new FakeTimeProvider();
        using var call = new Http1Call(new UriBuilder(app.Url) { Scheme = "https" }.Uri, time: time);
        var calling = call.GetAsync(cancellation);
        await accepted.WaitAsync(cancellation);

        time.Advance(TimeSpan.FromSeconds(15));

        (await calling).Should().Be("Unreachable");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_certificate_is_checked_unless_told_otherwise([Values] bool isChecked, CancellationToken cancellation)
    {
        await using var app = new AppOf(static _ => Task.CompletedTask, isTls: true);
        using var call = new Http1Call(await app.StartAsync(cancellation), checksCertificate: isChecked);

        (await call.GetAsync(cancellation)).Should().Match(isChecked ? "TlsFailed" : "200 OK*");
    }

    [Test, CancelAfter(Guard)]
    public async Task An_app_chooses_its_version_by_tls([Values] bool isTls, CancellationToken cancellation)
    {
        await using var app = new AppOf(static _ => Task.CompletedTask, isTls);
        using var call = new Http1Call(await app.StartAsync(cancellation));

        (await call.Client.ChoosesHttp2Async(cancellation)).Should().Be(isTls, "the server speaks both where it can be asked");
        call.Client.Idle.Should().Be(isTls ? 0 : 1, "what can be used is kept");
        if (!isTls)
        {
            (await call.GetAsync(cancellation)).Should().StartWith("200 OK");
            call.Client.Idle.Should().Be(1);
        }
    }
}
