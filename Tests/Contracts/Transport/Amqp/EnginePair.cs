using AppProxy.Contracts.Transport.Amqp.Connections;
using AppProxy.Contracts.Transport.Amqp.Performatives;
using Microsoft.Extensions.Time.Testing;

namespace AppProxy.Tests.Contracts.Transport.Amqp;

/// <summary>Our engine against itself over pipes, handshake done, one session begun by the client; the server's links are the test's.</summary>
internal sealed class EnginePair : ILinkAcceptor, ISaslServer, IAsyncDisposable
{
    private Task _runs = Task.CompletedTask;

    public FakeTimeProvider Time { get; } = new();

    public AmqpConnection Client { get; private set; } = null!;

    public AmqpConnection Server { get; private set; } = null!;

    public AmqpSession Session { get; private set; } = null!;

    /// <summary>Makes the server's end of a link.</summary>
    public Func<AmqpSession, Attach, AmqpLink> Accept { get; set; } = (_, _) => throw new InvalidOperationException();

    public IReadOnlyList<string> Mechanisms { get; } = [Sasl.Anonymous];

    public bool Authenticate(string? mechanism, ReadOnlySpan<byte> response) => true;

    public AmqpLink CreateLink(AmqpSession session, Attach attach) => Accept(session, attach);

    public async Task StartAsync(Func<AmqpConnectionOptions, AmqpConnectionOptions>? client = null, Func<AmqpConnectionOptions, AmqpConnectionOptions>? server = null)
    {
        var pipes = new PipePair();
        var options = new AmqpConnectionOptions { ContainerId = "test", Time = Time };
        var clientOptions = client?.Invoke(options) ?? options;
        var serverOptions = server?.Invoke(options) ?? options;
        var accepting = new AmqpHandshake(pipes.Server, serverOptions).AcceptAsync(this, CancellationToken.None);
        var remote = await new AmqpHandshake(pipes.Client, clientOptions).ConnectAsync(Sasl.Anonymous, [], CancellationToken.None);
        Client = new AmqpConnection(pipes.Client, clientOptions, remote);
        Server = new AmqpConnection(pipes.Server, serverOptions, (await accepting)!, this);
        _runs = Task.WhenAll(Client.RunAsync(), Server.RunAsync());
        Session = Client.BeginSession();
    }

    public async Task<TestSender> AttachSenderAsync(TestReceiver receiver)
    {
        Accept = (session, attach) => receiver.Bind(session, attach);
        var sender = new TestSender(Session, "to-" + Guid.NewGuid());
        Session.Attach(sender, new Attach
        {
            Name = sender.Name,
            Handle = 0,
            IsReceiver = false,
            Source = new Source(),
            Target = new Target { Address = "queue" },
        });
        await sender.Attached;
        return sender;
    }

    public async ValueTask DisposeAsync()
    {
        await Client.CloseAsync();
        await _runs;
    }
}
