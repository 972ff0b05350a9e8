using System.Net.Sockets;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Performatives;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Amqp;

[TestFixture]
public sealed class BrokerHandshakeTests : BrokerFixture
{
    [Test, CancelAfter(Guard)]
    public async Task Nothing_is_sent_ahead_of_the_client(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        using var client = await RawClient.ConnectAsync(Server.Tcp, cancellation);
        (await client.SignInAsync(Sasl.Anonymous, [])).Should().Be(Sasl.CodeOk);
        IsSilent(client).Should().BeTrue("the broker's header follows the client's");

        await client.SendAsync(RawClient.AmqpHeader);
        (await client.ReadAsync(8)).Should().Equal(RawClient.AmqpHeader);
        IsSilent(client).Should().BeTrue("the broker's open follows the client's");

        await client.SendAsync((ref w) => new Open { ContainerId = "raw" }.Write(ref w));
        var open = await client.ExpectAsync(Descriptor.Open);
        open[2].Integer.Should().BeGreaterThanOrEqualTo(65_536);
        open[4].Integer.Should().BeGreaterThan(0);
    }

    [Test, CancelAfter(Guard)]
    public async Task The_mechanisms_of_service_bus_are_offered(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        using var client = await RawClient.ConnectAsync(Server.Tcp, cancellation);
        await client.SendAsync(RawClient.SaslHeader);
        await client.ReadAsync(8);
        (await client.ExpectAsync(Descriptor.SaslMechanisms))[0].Items.Select(m => m.Text).Should().Contain(["MSSBCBS", "PLAIN", "ANONYMOUS"]);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_client_may_come_without_sasl(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        using var client = await RawClient.ConnectAsync(Server.Tcp, cancellation);
        await client.SendAsync(RawClient.AmqpHeader);
        (await client.ReadAsync(8)).Should().Equal(RawClient.AmqpHeader);
    }

    [TestCase(Rule, Key, Sasl.CodeOk)]
    [TestCase(Rule, "wrong", Sasl.CodeAuth)]
    [TestCase("nobody", Key, Sasl.CodeAuth)]
    [TestCase("listener", "secondary", Sasl.CodeOk)]
    [CancelAfter(Guard)]
    public async Task A_name_and_key_are_checked(string user, string password, byte code, CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        using var client = await RawClient.ConnectAsync(Server.Tcp, cancellation);
        (await client.SignInAsync(Sasl.Plain, System.Text.Encoding.UTF8.GetBytes($"\0{user}\0{password}"))).Should().Be(code);
        if (code != Sasl.CodeOk)
        {
            (await client.IsClosedAsync()).Should().BeTrue();
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task Another_protocol_is_told_what_is_spoken_here(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        using var client = await RawClient.ConnectAsync(Server.Tcp, cancellation);
        await client.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        (await client.ReadAsync(8)).Should().Equal(RawClient.AmqpHeader);
        (await client.IsClosedAsync()).Should().BeTrue();
    }

    [Test, CancelAfter(Guard)]
    public async Task A_huge_frame_is_refused_before_it_is_read(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation);
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        await client.SendAsync([0x40, 0, 0, 0, 2, 0, 0, 0]);
        (await client.ExpectAsync(Descriptor.Close)).ErrorAt(0).Should().Be(ErrorCondition.FramingError);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_huge_sasl_frame_is_refused_before_it_is_read(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        using var client = await RawClient.ConnectAsync(Server.Tcp, cancellation);
        await client.SendAsync([.. RawClient.SaslHeader, 0, 1, 0, 0, 2, 1, 0, 0]);
        await client.ReadAsync(8);
        await client.ExpectAsync(Descriptor.SaslMechanisms);
        (await client.IsClosedAsync()).Should().BeTrue();
    }

    [Test, CancelAfter(Guard)]
    public async Task Noise_ends_its_own_connection_only(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation);
        using var steady = await RawClient.OpenAsync(Server.Tcp, cancellation);
        var random = new Random(3);
        for (var i = 0; i < 30; i++)
        {
            using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
            var noise = new byte[64];
            random.NextBytes(noise);
            await client.SendAsync([0, 0, 0, 72, 2, 0, 0, 0, 0, 0x53, (byte)(0x10 + (i % 9)), 0xc0, .. noise[4..]]);
            (await client.ExpectAsync(Descriptor.Close)).ErrorAt(0).Should().StartWith("amqp:");
        }

        await steady.AttachSenderAsync(0, Plain);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_silent_socket_is_closed(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        using var client = await RawClient.ConnectAsync(Server.Tcp, cancellation);
        await client.SendAsync(RawClient.SaslHeader);
        await client.ReadAsync(8);
        await client.ExpectAsync(Descriptor.SaslMechanisms);

        Time.Advance(TimeSpan.FromSeconds(21));

        (await client.IsClosedAsync()).Should().BeTrue();
    }

    [Test, CancelAfter(Guard)]
    public async Task Who_proves_no_right_in_time_is_sent_away(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);

        Time.Advance(TimeSpan.FromSeconds(21));

        (await client.ExpectAsync(Descriptor.Close)).ErrorAt(0).Should().Be(ErrorCondition.UnauthorizedAccess);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_client_that_falls_silent_is_given_up(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation);
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);

        Time.Advance(TimeSpan.FromSeconds(61));

        (await client.ExpectAsync(Descriptor.Close)).ErrorAt(0).Should().Be(ErrorCondition.ResourceLimitExceeded);
    }

    [Test, CancelAfter(Guard)]
    public async Task More_connections_than_allowed_are_refused(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation, options => options.MaxConnections = 2);
        using var first = await RawClient.OpenAsync(Server.Tcp, cancellation);
        using var second = await RawClient.OpenAsync(Server.Tcp, cancellation);
        (await IsRefusedAsync(cancellation)).Should().BeTrue();
        await first.AttachSenderAsync(0, Plain);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_hundred_connect_at_once(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transports = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            var transport = await ConnectAsync(cancellation);
            await transport.OpenSenderAsync(Plain, cancellation);
            return transport;
        }));
        Server.Broker.ConnectionCount.Should().Be(100);
        await Task.WhenAll(transports.Select(transport => transport.DisposeAsync().AsTask()));
    }

    private async Task<bool> IsRefusedAsync(CancellationToken cancellation)
    {
        try
        {
            using var client = await RawClient.ConnectAsync(Server.Tcp, cancellation);
            return await client.IsClosedAsync();
        }
        catch (SocketException)
        {
            // Gone before the connect was through.
            return true;
        }
    }

    private static bool IsSilent(RawClient client) => !client.Socket.Poll(TimeSpan.FromMilliseconds(30), SelectMode.SelectRead);
}
