using System.Net;
using System.Net.Sockets;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.ServiceBus;
using AppProxy.Contracts.Transport.Tokens;
using AppProxy.Tests.Conformance.Transport;
using FluentAssertions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Transport.ServiceBus;

/// <summary>What the conformance suite does not ask of every transport: tokens, limits, and how connecting fails.</summary>
internal sealed class ServiceBusTransportTests
{
    private const int Guard = 20_000;

    [Test, CancelAfter(Guard)]
    public async Task The_broker_says_how_large_a_message_may_be(CancellationToken cancellation)
    {
        await using var broker = await BrokerFixture.StartAsync(cancellation);
        await using var transport = await broker.ConnectAsync(cancellation);

        await using var sender = await transport.OpenSenderAsync(BrokerFixture.Plain, cancellation);

        sender.MaxBodySize.Should().BeInRange(127 * 1024, 128 * 1024);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_wrong_key_is_refused(CancellationToken cancellation)
    {
        await using var broker = await BrokerFixture.StartAsync(cancellation);
        await using var transport = await broker.ConnectAsync(cancellation, new SharedAccessKeyTokenProvider(BrokerFixture.Rule, "wrong", broker.Time));

        var open = async () => await transport.OpenSenderAsync(BrokerFixture.Plain, cancellation);

        var refusal = (await open.Should().ThrowAsync<TransportException>()).Which;
        refusal.Failure.Should().Be(TransportFailure.Unauthorized);
        refusal.ToString().Should().NotContain("sig=");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_token_is_put_again_at_half_of_its_life(CancellationToken cancellation)
    {
        await using var broker = await BrokerFixture.StartAsync(cancellation);
        var life = TimeSpan.FromSeconds(200);
        var tokens = new CountingTokenProvider(new SharedAccessKeyTokenProvider(BrokerFixture.Rule, BrokerFixture.Key, broker.Time, life));
        await using var transport = await broker.ConnectAsync(cancellation, tokens);
        var handler = new RecordingHandler();
        await using var sender = await transport.OpenSenderAsync(BrokerFixture.Plain, cancellation);
        await using var receiver = await transport.OpenReceiverAsync(
            BrokerFixture.Plain, new ReceiverOptions { Mode = ReceiveMode.ReceiveAndDelete }, handler, cancellation);
        tokens.Count.Should().Be(1, "both links are to one queue");

        for (var renewed = 1; renewed <= 3; renewed++)
        {
            // The wait for the next begins when the broker has taken the one before.
            var wait = await broker.Time.Timers.ReadAllAsync(cancellation).FirstAsync(due => due > life / 3 && due <= life / 2, cancellation);
            tokens.Count.Should().Be(renewed);

            // In steps with a round trip each: a connection without traffic for longer would be taken to be gone.
            for (var passed = TimeSpan.Zero; passed < wait; passed += wait / 16)
            {
                broker.Time.Advance(wait / 16);
                await using var roundTrip = await transport.OpenSenderAsync(BrokerFixture.Plain, cancellation);
            }
        }

        handler.IsClosed.Should().BeFalse("three halves are more than one token's life");
    }

    [Test, CancelAfter(Guard)]
    public async Task When_there_are_no_tokens_any_more_the_conversation_is_over(CancellationToken cancellation)
    {
        await using var broker = await BrokerFixture.StartAsync(cancellation);

        // Good for a day at the broker, as those of an identity may be, and not for that long for who gave it.
        var tokens = new LastTokenProvider(new SharedAccessKeyTokenProvider(BrokerFixture.Rule, BrokerFixture.Key, broker.Time, TimeSpan.FromDays(1)), broker.Time.GetUtcNow().AddSeconds(200));
        await using var transport = await broker.ConnectAsync(cancellation, tokens);
        await using var sender = await transport.OpenSenderAsync(BrokerFixture.Plain, cancellation);

        while (!transport.Closed.IsCompleted)
        {
            broker.Time.Advance(TimeSpan.FromSeconds(5));
            try
            {
                await using var roundTrip = await transport.OpenSenderAsync(BrokerFixture.Plain, cancellation);
            }
            catch (TransportException)
            {
                // It is over, or nearly so.
            }
        }

        (await transport.Closed)!.Failure.Should().Be(TransportFailure.Unauthorized);
        broker.Time.GetUtcNow().Should().BeOnOrAfter(tokens.ExpiresAt).And.BeBefore(tokens.ExpiresAt.AddSeconds(30));
    }

    [Test, CancelAfter(Guard)]
    public async Task A_session_whose_lock_is_lost_ends_with_the_reason(CancellationToken cancellation)
    {
        await using var broker = await BrokerFixture.StartAsync(cancellation);
        await using var transport = await broker.ConnectAsync(cancellation);
        var handler = new RecordingHandler();
        await using var receiver = await transport.OpenReceiverAsync(
            BrokerFixture.Sessions, new ReceiverOptions { Mode = ReceiveMode.PeekLock, SessionId = "mine" }, handler, cancellation);

        // At one leap there is no time for a renewal.
        broker.Time.Advance(TimeSpan.FromSeconds(31));

        var reason = await handler.Closed.WaitAsync(cancellation);
        reason!.Failure.Should().Be(TransportFailure.SessionLockLost);
    }

    [Test, CancelAfter(Guard)]
    public async Task Nobody_there_is_a_lost_connection(CancellationToken cancellation)
    {
        using var unused = new Socket(SocketType.Stream, ProtocolType.Tcp);
        unused.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        var connect = () => ConnectAsync(unused, TimeProvider.System, cancellation);

        (await connect.Should().ThrowAsync<TransportException>()).Which.Failure.Should().Be(TransportFailure.ConnectionLost);
    }

    [Test, CancelAfter(Guard)]
    public async Task Somebody_silent_is_given_up(CancellationToken cancellation)
    {
        using var silent = Listen();
        var time = new FakeTimeProvider();
        var connecting = ConnectAsync(silent, time, cancellation);
        using var accepted = await silent.AcceptAsync(cancellation);
        await accepted.ReceiveAsync(new byte[1], cancellation);

        time.Advance(TimeSpan.FromSeconds(31));

        var connect = () => connecting;
        (await connect.Should().ThrowAsync<TransportException>()).Which.Failure.Should().Be(TransportFailure.Timeout);
    }

    [Test, CancelAfter(Guard)]
    public async Task Connecting_can_be_cancelled(CancellationToken cancellation)
    {
        using var silent = Listen();
        using var giveUp = new CancellationTokenSource();
        var connecting = ConnectAsync(silent, TimeProvider.System, giveUp.Token);
        using var accepted = await silent.AcceptAsync(cancellation);
        await accepted.ReceiveAsync(new byte[1], cancellation);

        await giveUp.CancelAsync();

        var connect = () => connecting;
        await connect.Should().ThrowAsync<OperationCanceledException>();
    }

    [Test, CancelAfter(Guard)]
    public async Task Somebody_who_speaks_another_protocol_is_no_broker(CancellationToken cancellation)
    {
        using var other = Listen();
        var connecting = ConnectAsync(other, TimeProvider.System, cancellation);
        using var accepted = await other.AcceptAsync(cancellation);
        await accepted.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), cancellation);

        var connect = () => connecting;
        (await connect.Should().ThrowAsync<TransportException>()).Which.Failure.Should().NotBe(TransportFailure.Timeout);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_handler_may_dispose_its_receiver_from_inside_a_call(CancellationToken cancellation)
    {
        await using var broker = await BrokerFixture.StartAsync(cancellation);
        await using var transport = await broker.ConnectAsync(cancellation);
        var disposing = new TaskCompletionSource<IMessageReceiver>();
        var handler = new RecordingHandler
        {
            OnArrival = received =>
            {
                received.Complete();
                disposing.Task.Result.DisposeAsync().AsTask().GetAwaiter().GetResult();
            },
        };
        var receiver = await transport.OpenReceiverAsync(BrokerFixture.Plain, new ReceiverOptions { Mode = ReceiveMode.PeekLock }, handler, cancellation);
        disposing.SetResult(receiver);
        await using var sender = await transport.OpenSenderAsync(BrokerFixture.Plain, cancellation);
        receiver.AddCredit(1);

        sender.Send(new SentMessage("one"));

        (await handler.Closed.WaitAsync(cancellation)).Should().BeNull();
        handler.BrokenRules.Should().BeEmpty();
        foreach (var received in handler.All)
        {
            received.Message.Release();
        }
    }

    private static Socket Listen()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }

    private static Task<ServiceBusTransport> ConnectAsync(Socket target, TimeProvider time, CancellationToken cancellationToken) => ServiceBusTransport.ConnectAsync(
        new AmqpTransportOptions { Endpoint = new UriBuilder("amqp", "127.0.0.1", ((IPEndPoint)target.LocalEndPoint!).Port).Uri, Time = time },
        cancellationToken);
}
