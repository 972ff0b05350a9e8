using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Gateway.Broker.Queues;
using AppProxy.Tests.Conformance.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Amqp;

[TestFixture]
public sealed class BrokerWireTests
{
    private const int Guard = 20_000;

    [TestCase(true)]
    [TestCase(false)]
    [CancelAfter(Guard)]
    public async Task Messages_of_every_size_cross_tls(bool overWebSocket, CancellationToken cancellation)
    {
        using var certificate = MakeCertificate();
        await using var server = await BrokerServer.StartAsync(
            options => options.RequireAuthorization = false, TimeProvider.System, cancellation, certificate);
        server.Engine.GetOrCreate(new QueueOptions { Name = "queue" });
        await using var transport = await AmqpTransport.ConnectAsync(
            new AmqpTransportOptions
            {
                Endpoint = overWebSocket ? server.WebSocket : server.Tcp,
                ConfigureTls = tls => tls.RemoteCertificateValidationCallback = (_, seen, _, _) => seen!.GetCertHashString() == certificate.GetCertHashString(),
            },
            cancellation);
        var handler = new RecordingHandler();
        await using var receiver = await transport.OpenReceiverAsync("queue", new ReceiverOptions { Mode = ReceiveMode.ReceiveAndDelete }, handler, cancellation);
        await using var sender = await transport.OpenSenderAsync("queue", cancellation);
        receiver.AddCredit(1_000);

        for (var i = 0; i < 200; i++)
        {
            var body = new byte[(i * 7_919) % 250_000];
            new Random(i).NextBytes(body);
            sender.Send(new SentMessage(body));
        }

        for (var i = 0; i < 200; i++)
        {
            var expected = new byte[(i * 7_919) % 250_000];
            new Random(i).NextBytes(expected);
            (await handler.NextAsync(cancellation)).Body.AsSpan().SequenceEqual(expected).Should().BeTrue();
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task An_aborted_connection_is_a_lost_one([Values] bool overWebSocket, [Values] bool whileReading, CancellationToken cancellation)
    {
        await using var server = await BrokerServer.StartAsync(options => options.RequireAuthorization = false, TimeProvider.System, cancellation);
        server.Engine.GetOrCreate(new QueueOptions { Name = "queue" });
        await using var transport = await AmqpTransport.ConnectAsync(
            new AmqpTransportOptions { Endpoint = overWebSocket ? server.WebSocket : server.Tcp }, cancellation);
        var handler = new RecordingHandler { OnArrival = _ => transport.Abort() };
        await using var receiver = await transport.OpenReceiverAsync("queue", new ReceiverOptions { Mode = ReceiveMode.ReceiveAndDelete }, handler, cancellation);
        await using var sender = await transport.OpenSenderAsync("queue", cancellation);
        receiver.AddCredit(1);

        if (whileReading)
        {
            sender.Send(new SentMessage("one"));
            (await handler.NextAsync(cancellation)).Message.Release();
        }
        else
        {
            transport.Abort();
        }

        foreach (var reason in new[] { await transport.Closed.WaitAsync(cancellation), await handler.Closed.WaitAsync(cancellation) })
        {
            reason!.Failure.Should().Be(TransportFailure.ConnectionLost);
            reason.Message.Should().NotContain("Exception").And.NotContain("internal-error", "nobody made a mistake");
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task A_certificate_that_nobody_vouches_for_is_refused(CancellationToken cancellation)
    {
        using var certificate = MakeCertificate();
        await using var server = await BrokerServer.StartAsync(null, TimeProvider.System, cancellation, certificate);

        var connect = async () => await AmqpTransport.ConnectAsync(new AmqpTransportOptions { Endpoint = server.Tcp }, cancellation);

        (await connect.Should().ThrowAsync<TransportException>()).Which.Failure.Should().Be(TransportFailure.ConnectionLost);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_broker_that_is_not_there_cannot_be_reached(CancellationToken cancellation)
    {
        var connect = async () => await AmqpTransport.ConnectAsync(new AmqpTransportOptions { Endpoint = new Uri("amqp://127.0.0.1:1") }, cancellation);

        var thrown = (await connect.Should().ThrowAsync<TransportException>()).Which;
        thrown.Failure.Should().Be(TransportFailure.ConnectionLost);
        thrown.IsTransient.Should().BeTrue();
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
