using System.Net;
using System.Net.Sockets;
using AppProxy.Connector.Destinations;
using AppProxy.Connector.Settings;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Connector.Destinations;

[TestFixture]
internal sealed class DestinationDialerTests
{
    private const int Guard = 10_000;

    [TestCase("localhost"), TestCase("127.0.0.1"), TestCase("some.name.localhost")]
    [CancelAfter(Guard)]
    public async Task What_a_name_turns_out_to_be_is_what_is_judged(string host, CancellationToken cancellation)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var options = new ConnectorOptions();
        var given = DestinationRules.Of(options, isOwn: false);

        var refused = () => DestinationDialer.ConnectAsync(host, port, given, cancellation).AsTask();
        (await refused.Should().ThrowAsync<DestinationRefusedException>()).Which.Message.Should().Contain("is this machine");
        listener.Pending().Should().BeFalse();

        // Where a name has several addresses, those that are allowed are tried.
        options.AllowedNetworks.Add("127.0.0.0/8");
        using var socket = await DestinationDialer.ConnectAsync(host, port, DestinationRules.Of(options, isOwn: false), cancellation);
        ((IPEndPoint)socket.RemoteEndPoint!).Should().Be(new IPEndPoint(IPAddress.Loopback, port));
    }

    [Test, CancelAfter(Guard)]
    public async Task Nobody_there_is_not_the_same_as_not_allowed(CancellationToken cancellation)
    {
        var port = EndToEnd.Processes.LoopbackPort.Take();

        var dial = () => DestinationDialer.ConnectAsync("127.0.0.1", port, DestinationRules.None, cancellation).AsTask();

        (await dial.Should().ThrowAsync<SocketException>()).Which.SocketErrorCode.Should().Be(SocketError.ConnectionRefused);
    }
}
