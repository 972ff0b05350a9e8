using Amqp;
using Amqp.Framing;
using Amqp.Sasl;
using Amqp.Types;
using AppProxy.Contracts.Transport.Amqp;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Amqp;

/// <summary>Somebody else's client against our broker.</summary>
[TestFixture]
public sealed class AmqpNetLiteTests : BrokerFixture
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Test, CancelAfter(Guard)]
    public async Task It_signs_in_with_name_and_key_sends_and_receives(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var connection = await Connection.Factory.CreateAsync(new Address($"amqp://{Rule}:{Uri.EscapeDataString(Key)}@127.0.0.1:{Server.Tcp.Port}"));
        var session = new Session(connection);
        var sender = new SenderLink(session, "sender", Plain);
        for (var i = 0; i < 50; i++)
        {
            await sender.SendAsync(new Message($"m{i}") { Properties = new Properties { MessageId = $"id{i}", Subject = "label" } });
        }

        var receiver = new ReceiverLink(session, "receiver", Plain);
        for (var i = 0; i < 50; i++)
        {
            using var message = await receiver.ReceiveAsync(Patience);
            message.Body.Should().Be($"m{i}");
            message.Properties.MessageId.Should().Be($"id{i}");
            message.MessageAnnotations[new Symbol("x-opt-sequence-number")].Should().Be((long)(i + 1));
            switch (i % 2)
            {
                case 0:
                    receiver.Accept(message);
                    break;
                default:
                    receiver.Reject(message);
                    break;
            }
        }

        await receiver.CloseAsync();
        Queue.GetCounts().Should().Match<AppProxy.Gateway.Broker.Queues.QueueCounts>(counts => counts.Active == 0 && counts.DeadLettered == 25);
        await connection.CloseAsync();
    }

    [Test, CancelAfter(Guard)]
    public async Task It_signs_in_with_a_token(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var connection = await ConnectAnonymousAsync($"amqp://127.0.0.1:{Server.Tcp.Port}");
        (await PutTokenAsync(connection, Token(Plain), Audience(Plain))).Should().Be(202);
        var session = new Session(connection);
        var sender = new SenderLink(session, "sender", Plain);
        await sender.SendAsync(new Message { BodySection = new Data { Binary = new byte[100_000] } });
        var receiver = new ReceiverLink(session, "receiver", Plain);
        using var message = await receiver.ReceiveAsync(Patience);
        ((byte[])message.Body).Should().HaveCount(100_000);
        receiver.Accept(message);
        await connection.CloseAsync();
    }

    [Test, CancelAfter(Guard)]
    public async Task A_wrong_token_is_refused(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var connection = await ConnectAnonymousAsync($"amqp://127.0.0.1:{Server.Tcp.Port}");
        (await PutTokenAsync(connection, Token(Plain, key: "wrong"), Audience(Plain))).Should().Be(401);
        var sender = new SenderLink(new Session(connection), "sender", Plain);
        var send = async () => await sender.SendAsync(new Message("x"), Patience);
        (await send.Should().ThrowAsync<global::Amqp.AmqpException>()).Which.Error.Condition.ToString().Should().Be(ErrorCondition.UnauthorizedAccess);
        await connection.CloseAsync();
    }

    [Test, CancelAfter(Guard)]
    public async Task It_receives_in_sessions_over_a_websocket(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation);
        var factory = new ConnectionFactory([new WebSocketTransportFactory("AMQPWSB10")]);
        factory.SASL.Profile = SaslProfile.Anonymous;
        var connection = await factory.CreateAsync(new Address($"ws://127.0.0.1:{Server.WebSocket.Port}/$servicebus/websocket"));
        var session = new Session(connection);
        var sender = new SenderLink(session, "sender", Sessions);
        for (var i = 0; i < 10; i++)
        {
            await sender.SendAsync(new Message($"m{i}") { Properties = new Properties { GroupId = $"s{i % 2}" } });
        }

        var attached = new TaskCompletionSource<Attach>();
        var source = new Source { Address = Sessions, FilterSet = new Map { { new Symbol(Dialect.SessionFilter), "s1" } } };
        var receiver = new ReceiverLink(session, "receiver", source, (_, attach) => attached.TrySetResult(attach));
        ((Source)(await attached.Task.WaitAsync(cancellation)).Source).FilterSet[new Symbol(Dialect.SessionFilter)].Should().Be("s1");
        for (var i = 1; i < 10; i += 2)
        {
            using var message = await receiver.ReceiveAsync(Patience);
            message.Body.Should().Be($"m{i}");
            receiver.Accept(message);
        }

        await connection.CloseAsync();
    }

    private static async Task<Connection> ConnectAnonymousAsync(string address)
    {
        var factory = new ConnectionFactory();
        factory.SASL.Profile = SaslProfile.Anonymous;
        return await factory.CreateAsync(new Address(address));
    }

    private static async Task<int> PutTokenAsync(Connection connection, string token, string audience)
    {
        var session = new Session(connection);
        var requests = new SenderLink(session, "cbs-requests", "$cbs");
        var replies = new ReceiverLink(session, "cbs-replies", new Attach { Source = new Source { Address = "$cbs" }, Target = new Target { Address = "cbs-me" } }, null);
        await requests.SendAsync(new Message(token)
        {
            Properties = new Properties { MessageId = "1", ReplyTo = "cbs-me" },
            ApplicationProperties = new ApplicationProperties { ["operation"] = "put-token", ["type"] = Dialect.SasTokenType, ["name"] = audience },
        });
        using var reply = await replies.ReceiveAsync(Patience);
        replies.Accept(reply);
        return (int)reply.ApplicationProperties["status-code"];
    }
}
