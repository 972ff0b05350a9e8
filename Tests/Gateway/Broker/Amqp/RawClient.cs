using System.Net.Sockets;
using System.Text;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Messages;
using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Tests.Gateway.Broker.Amqp;

/// <summary>A peer that sends what the test says and shows what comes, byte by byte where needed. Knows no state.</summary>
internal sealed class RawClient : IDisposable
{
    public static readonly byte[] AmqpHeader = [.. "AMQP"u8, 0, 1, 0, 0];
    public static readonly byte[] SaslHeader = [.. "AMQP"u8, 3, 1, 0, 0];

    private readonly TcpClient _tcp = new() { NoDelay = true };
    private readonly CancellationToken _cancellation;
    private uint _nextTransferId;

    private RawClient(CancellationToken cancellation) => _cancellation = cancellation;

    public delegate void Writing(ref AmqpWriter writer);

    public Socket Socket => _tcp.Client;

    public static async Task<RawClient> ConnectAsync(Uri endpoint, CancellationToken cancellation)
    {
        var client = new RawClient(cancellation);
        await client._tcp.ConnectAsync(endpoint.Host, endpoint.Port, cancellation);
        return client;
    }

    /// <summary>Connects, signs in and begins one session on channel 0.</summary>
    public static async Task<RawClient> OpenAsync(Uri endpoint, CancellationToken cancellation, uint incomingWindow = 2_048, uint maxFrameSize = 65_536)
    {
        var client = await ConnectAsync(endpoint, cancellation);
        await client.SignInAsync(Sasl.Anonymous, "guest"u8.ToArray());
        await client.SendAsync(AmqpHeader);
        await client.ReadAsync(8);
        await client.SendAsync((ref w) => new Open { ContainerId = "raw", MaxFrameSize = maxFrameSize, HostName = "test" }.Write(ref w));
        await client.ExpectAsync(Descriptor.Open);
        await client.SendAsync((ref w) => new Begin { IncomingWindow = incomingWindow, OutgoingWindow = 2_048, HandleMax = 255 }.Write(ref w));
        await client.ExpectAsync(Descriptor.Begin);
        return client;
    }

    public async Task<byte> SignInAsync(string mechanism, byte[] response)
    {
        await SendAsync(SaslHeader);
        await ReadAsync(8);
        await ExpectAsync(Descriptor.SaslMechanisms);
        await SendAsync((ref w) => Sasl.WriteInit(ref w, mechanism, response, "test"), FrameHeader.Sasl);
        return (byte)(await ExpectAsync(Descriptor.SaslOutcome))[0].Integer!.Value;
    }

    public async Task SendAsync(byte[] bytes) => await _tcp.GetStream().WriteAsync(bytes, _cancellation);

    public Task SendAsync(Writing write, byte type = FrameHeader.Amqp) => SendAsync(Encode(write, type));

    public static byte[] Encode(Writing write, byte type = FrameHeader.Amqp)
    {
        var writer = new AmqpWriter(default);
        var frame = writer.BeginFrame();
        write(ref writer);
        writer.EndFrame(frame, type, 0);
        var bytes = writer.Written.ToArray();
        writer.Dispose();
        return bytes;
    }

    public async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        await _tcp.GetStream().ReadExactlyAsync(bytes, _cancellation);
        return bytes;
    }

    /// <summary>The next frame that is not empty.</summary>
    public async Task<RawFrame> ReadFrameAsync()
    {
        while (true)
        {
            var head = FrameHeader.Read(await ReadAsync(FrameHeader.Size), 1024 * 1024);
            var body = await ReadAsync(head.FrameSize - FrameHeader.Size);
            if (body.Length > 0)
            {
                return Read(body);
            }
        }
    }

    public async Task<RawFrame> ExpectAsync(byte descriptor)
    {
        var frame = await ReadFrameAsync();
        return frame.Descriptor == descriptor
            ? frame
            : throw new InvalidOperationException($"0x{descriptor:x} was expected and 0x{frame.Descriptor:x} came: {string.Join(", ", frame.Fields)}");
    }

    /// <summary>Says what became of a delivery, and leaves it to the broker to settle it.</summary>
    public Task SettleAsync(uint id, DeliveryState state) => SendAsync((ref w) =>
    {
        var list = w.BeginList(Descriptor.Disposition);
        w.WriteBoolean(true);
        w.WriteUInt(id);
        w.WriteNull();
        w.WriteBoolean(false);
        state.Write(ref w);
        w.EndCompound(list, 5);
    });

    /// <summary>Whether the peer has closed the connection; waits for it or for a byte.</summary>
    public async Task<bool> IsClosedAsync()
    {
        try
        {
            return await _tcp.GetStream().ReadAsync(new byte[1], _cancellation) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Attaches a sender with a handle and reads the answer and the credit.</summary>
    public async Task<RawFrame> AttachSenderAsync(uint handle, string queue)
    {
        await SendAsync((ref w) => new Attach
        {
            Name = $"s{handle}",
            Handle = handle,
            IsReceiver = false,
            Source = new Source(),
            Target = new Target { Address = queue },
        }.Write(ref w));
        return await ExpectAsync(Descriptor.Attach);
    }

    /// <summary>Attaches a receiver with a handle and reads the answer.</summary>
    public async Task<RawFrame> AttachReceiverAsync(uint handle, string queue, bool settled = false, AmqpMap? filter = null, AmqpMap? properties = null)
    {
        await SendAsync((ref w) => new Attach
        {
            Name = $"r{handle}",
            Handle = handle,
            IsReceiver = true,
            SenderSettleMode = settled ? SenderSettleMode.Settled : SenderSettleMode.Unsettled,
            ReceiverSettleMode = settled ? ReceiverSettleMode.First : ReceiverSettleMode.Second,
            Source = new Source { Address = queue, Filter = filter },
            Target = new Target { Address = "me" },
            Properties = properties,
        }.Write(ref w));
        return await ExpectAsync(Descriptor.Attach);
    }

    public Task FlowAsync(uint handle, uint deliveryCount, uint credit, bool drain = false, bool echo = false, uint nextIncomingId = 0, uint window = 2_048) =>
        SendAsync((ref w) => new Flow
        {
            NextIncomingId = nextIncomingId,
            IncomingWindow = window,
            NextOutgoingId = _nextTransferId,
            OutgoingWindow = 2_048,
            Handle = handle,
            DeliveryCount = deliveryCount,
            LinkCredit = credit,
            Drain = drain,
            Echo = echo,
        }.Write(ref w));

    /// <summary>Sends one transfer frame.</summary>
    public Task TransferAsync(uint handle, uint deliveryId, byte[] payload, bool more = false, bool aborted = false, uint format = 0, bool settled = false)
    {
        _nextTransferId++;
        return SendAsync((ref w) =>
        {
            var list = w.BeginList(Descriptor.Transfer);
            w.WriteUInt(handle);
            w.WriteUInt(deliveryId);
            w.WriteBinary([(byte)deliveryId]);
            w.WriteUInt(format);
            w.WriteBoolean(settled);
            w.WriteBoolean(more);
            w.WriteNull();
            w.WriteNull();
            w.WriteNull();
            w.WriteBoolean(aborted);
            w.EndCompound(list, 10);
            w.WriteRaw(payload);
        });
    }

    /// <summary>Puts a token through links of its own (handles 100 and 101); returns the answer's status.</summary>
    public async Task<long> PutTokenAsync(string token, string audience)
        => (await AskAsync(Dialect.CbsNode, 100, new AmqpMap { { "operation", "put-token" }, { "type", Dialect.SasTokenType }, { "name", audience } }, token))
            .ApplicationProperties["status-code"].Integer!.Value;

    /// <summary>Asks a $management node, through links of its own (this handle and the next); returns the answer's status.</summary>
    public async Task<long> ManageAsync(uint handle, string entity, string operation, AmqpMap body)
        => (await AskAsync(entity + Dialect.ManagementSuffix, handle, new AmqpMap { { "operation", operation } }, body)).ApplicationProperties["statusCode"].Integer!.Value;

    private async Task<ValueMessage> AskAsync(string node, uint handle, AmqpMap properties, AmqpValue body)
    {
        await AttachReceiverAsync(handle, node, settled: true);
        await FlowAsync(handle, 0, 10);
        await AttachSenderAsync(handle + 1, node);
        await ExpectAsync(Descriptor.Flow);
        await TransferAsync(handle + 1, 0, new ValueMessage { MessageId = "1", ReplyTo = "me", ApplicationProperties = properties, Body = body }.Encode(), settled: true);
        while (true)
        {
            var frame = await ReadFrameAsync();
            if (frame.Descriptor == Descriptor.Transfer)
            {
                return ValueMessage.Read(frame.Payload);
            }
        }
    }

    /// <summary>A message with one data section, and a session id if there is one.</summary>
    public static byte[] Message(string text, string? sessionId = null)
    {
        var body = Encoding.UTF8.GetBytes(text);
        var writer = new AmqpWriter(default);
        if (sessionId is not null)
        {
            MessageWriter.WriteGroupId(ref writer, sessionId);
        }

        writer.WriteDataHead(body.Length);
        writer.WriteRaw(body);
        var bytes = writer.Written.ToArray();
        writer.Dispose();
        return bytes;
    }

    public static string TextOf(RawFrame transfer)
    {
        var layout = MessageLayout.Read(transfer.Payload);
        return Encoding.UTF8.GetString(transfer.Payload, layout.BodyStart, layout.BodyLength);
    }

    public void Dispose() => _tcp.Dispose();

    private static RawFrame Read(byte[] body)
    {
        var reader = new AmqpReader(body);
        var descriptor = reader.ReadDescriptor();
        var fields = reader.ReadValue().Items;
        return new RawFrame(descriptor, fields, body[reader.Position..]);
    }
}
