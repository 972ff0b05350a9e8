using System.IO.Pipelines;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Performatives;
using AppProxy.Contracts.Transport.Amqp.Wires;

namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>
/// From the first byte to the exchange of open:
/// <list type="number">
/// <item>SASL headers, mechanisms, init, outcome (a server also takes a client that begins at 2);</item>
/// <item>AMQP headers;</item>
/// <item>open.</item>
/// </list>
/// Nothing is ever sent ahead of the peer's own part of a step: rhea loses a header or an open that shares a segment with sasl-outcome,
/// and then hangs for a minute.
/// </summary>
internal sealed class AmqpHandshake(AmqpWire wire, AmqpConnectionOptions options)
{
    // Section 5.3.1 of the standard sets 512 bytes as the least; long PLAIN keys and host names want more.
    private const uint MaxSaslFrameSize = 4_096;

    // An open with long locales and properties, from a peer that nobody knows yet.
    private const uint MaxOpenFrameSize = 16_384;

    private static readonly byte[] AmqpHeader = [(byte)'A', (byte)'M', (byte)'Q', (byte)'P', 0, 1, 0, 0];
    private static readonly byte[] SaslHeader = [(byte)'A', (byte)'M', (byte)'Q', (byte)'P', 3, 1, 0, 0];

    private PipeReader Input => wire.Input;

    /// <summary>The client's side; returns the server's open.</summary>
    public async Task<Open> ConnectAsync(string mechanism, byte[] response, CancellationToken cancellationToken)
    {
        // 1. SASL
        await WriteAsync(SaslHeader);
        await ExpectHeaderAsync(SaslHeader, cancellationToken);
        var offered = ReadMechanisms(await ReadAsync(FrameHeader.Sasl, MaxSaslFrameSize, cancellationToken));
        if (!offered.Contains(mechanism))
        {
            throw new AmqpException(ErrorCondition.UnauthorizedAccess, $"The broker does not offer {mechanism}.");
        }

        await WriteInitAsync(mechanism, response);
        var code = ReadOutcome(await ReadAsync(FrameHeader.Sasl, MaxSaslFrameSize, cancellationToken));
        if (code != Sasl.CodeOk)
        {
            throw new AmqpException(ErrorCondition.UnauthorizedAccess, "The broker did not accept the credentials.");
        }

        // 2. AMQP
        await WriteAsync(AmqpHeader);
        await ExpectHeaderAsync(AmqpHeader, cancellationToken);

        // 3. open
        await WriteOpenAsync();
        return ReadOpen(await ReadAsync(FrameHeader.Amqp, MaxOpenFrameSize, cancellationToken));
    }

    /// <summary>The server's side; returns the client's open, or null when it was turned away in good order.</summary>
    public async Task<Open?> AcceptAsync(ISaslServer sasl, CancellationToken cancellationToken)
    {
        // 1. SASL
        var header = await FrameSource.ReadExactlyAsync(Input, AmqpHeader.Length, cancellationToken);
        if (header.AsSpan().SequenceEqual(SaslHeader))
        {
            await WriteAsync(SaslHeader);
            await WriteMechanismsAsync(sasl.Mechanisms);
            var (mechanism, response) = ReadInit(await ReadAsync(FrameHeader.Sasl, MaxSaslFrameSize, cancellationToken));
            var admitted = sasl.Mechanisms.Contains(mechanism) && sasl.Authenticate(mechanism, response);
            await WriteOutcomeAsync(admitted ? Sasl.CodeOk : Sasl.CodeAuth);
            if (!admitted)
            {
                return null;
            }

            header = await FrameSource.ReadExactlyAsync(Input, AmqpHeader.Length, cancellationToken);
        }
        else if (!sasl.Authenticate(null, default))
        {
            // Section 2.2: who cannot go on says what it would have taken, and closes.
            await WriteAsync(SaslHeader);
            return null;
        }

        // 2. AMQP
        if (!header.AsSpan().SequenceEqual(AmqpHeader))
        {
            await WriteAsync(AmqpHeader);
            return null;
        }

        await WriteAsync(AmqpHeader);

        // 3. open
        try
        {
            var open = ReadOpen(await ReadAsync(FrameHeader.Amqp, MaxOpenFrameSize, cancellationToken));
            await WriteOpenAsync();
            return open;
        }
        catch (AmqpException fault)
        {
            // Section 2.4.3: an error can only be told after an open.
            await WriteOpenAsync();
            await WriteCloseAsync(fault.Error);
            throw;
        }
    }

    private async Task ExpectHeaderAsync(byte[] expected, CancellationToken cancellationToken)
    {
        var header = await FrameSource.ReadExactlyAsync(Input, expected.Length, cancellationToken);
        if (!header.AsSpan().SequenceEqual(expected))
        {
            throw new AmqpException(ErrorCondition.NotImplemented, "The peer does not speak this version of AMQP.");
        }
    }

    private async ValueTask<byte[]> ReadAsync(byte type, uint maxFrameSize, CancellationToken cancellationToken)
    {
        var (_, body) = await FrameSource.ReadFrameAsync(Input, type, maxFrameSize, cancellationToken);
        return body;
    }

    private ValueTask WriteAsync(byte[] bytes) => wire.WriteAsync([new ArraySegment<byte>(bytes)]);

    private ValueTask WriteMechanismsAsync(IReadOnlyList<string> mechanisms)
    {
        var writer = new AmqpWriter(default);
        var frame = writer.BeginFrame();
        Sasl.WriteMechanisms(ref writer, [.. mechanisms]);
        return WriteFrameAsync(ref writer, frame, FrameHeader.Sasl);
    }

    private ValueTask WriteInitAsync(string mechanism, byte[] response)
    {
        var writer = new AmqpWriter(default);
        var frame = writer.BeginFrame();
        Sasl.WriteInit(ref writer, mechanism, response, options.HostName);
        return WriteFrameAsync(ref writer, frame, FrameHeader.Sasl);
    }

    private ValueTask WriteOutcomeAsync(byte code)
    {
        var writer = new AmqpWriter(default);
        var frame = writer.BeginFrame();
        Sasl.WriteOutcome(ref writer, code);
        return WriteFrameAsync(ref writer, frame, FrameHeader.Sasl);
    }

    private ValueTask WriteOpenAsync()
    {
        var writer = new AmqpWriter(default);
        var frame = writer.BeginFrame();
        options.ToOpen().Write(ref writer);
        return WriteFrameAsync(ref writer, frame, FrameHeader.Amqp);
    }

    private ValueTask WriteCloseAsync(AmqpError error)
    {
        var writer = new AmqpWriter(default);
        var frame = writer.BeginFrame();
        Ending.Write(ref writer, Descriptor.Close, error);
        return WriteFrameAsync(ref writer, frame, FrameHeader.Amqp);
    }

    private ValueTask WriteFrameAsync(ref AmqpWriter writer, int frame, byte type)
    {
        writer.EndFrame(frame, type, 0);
        var bytes = writer.Written.ToArray();
        writer.Dispose();
        return WriteAsync(bytes);
    }

    private static string[] ReadMechanisms(byte[] body)
    {
        var reader = Begin(body, Descriptor.SaslMechanisms);
        return Sasl.ReadMechanisms(ref reader);
    }

    private static (string Mechanism, byte[] Response) ReadInit(byte[] body)
    {
        var reader = Begin(body, Descriptor.SaslInit);
        return Sasl.ReadInit(ref reader);
    }

    private static byte ReadOutcome(byte[] body)
    {
        var reader = Begin(body, Descriptor.SaslOutcome);
        return Sasl.ReadOutcome(ref reader);
    }

    private static Open ReadOpen(byte[] body)
    {
        var reader = Begin(body, Descriptor.Open);
        var open = Open.Read(ref reader);

        // Section 2.7.1: no peer may ask for less.
        return open.MaxFrameSize < 512 ? throw new AmqpException(ErrorCondition.NotAllowed, "max-frame-size is below 512.") : open;
    }

    private static AmqpReader Begin(byte[] body, byte expected)
    {
        var reader = new AmqpReader(body);
        return reader.ReadDescriptor() == expected
            ? reader
            : throw new AmqpException(ErrorCondition.IllegalState, "The handshake is out of order.");
    }
}
