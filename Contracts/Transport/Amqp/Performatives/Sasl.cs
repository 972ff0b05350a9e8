using System.Text;
using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Contracts.Transport.Amqp.Performatives;

/// <summary>
/// sasl-mechanisms 0x40: sasl-server-mechanisms · sasl-init 0x41: mechanism, initial-response, hostname · sasl-outcome 0x44: code,
/// additional-data. The mechanisms of the dialect need neither challenge nor response.
/// </summary>
internal static class Sasl
{
    public const string Anonymous = "ANONYMOUS";
    public const string Plain = "PLAIN";
    public const string External = "EXTERNAL";

    /// <summary>Microsoft's name for anonymous with claims-based security after it; without it their .NET client does not sign in.</summary>
    public const string ClaimsBased = "MSSBCBS";

    public const byte CodeOk = 0;
    public const byte CodeAuth = 1;
    public const byte CodeSysPerm = 3;

    public static void WriteMechanisms(ref AmqpWriter writer, params ReadOnlySpan<string> mechanisms)
    {
        var symbols = new AmqpValue[mechanisms.Length];
        for (var i = 0; i < symbols.Length; i++)
        {
            symbols[i] = AmqpValue.Symbol(mechanisms[i]);
        }

        var list = writer.BeginList(Descriptor.SaslMechanisms);
        writer.WriteValue(AmqpValue.Array(symbols));
        writer.EndCompound(list, 1);
    }

    public static string[] ReadMechanisms(ref AmqpReader reader)
    {
        var left = reader.ReadListHead(out var end);
        var mechanisms = reader.NextField(ref left) ? reader.ReadValue().Items : [];
        reader.Seek(end);
        return [.. mechanisms.Select(m => m.Text ?? "")];
    }

    public static void WriteInit(ref AmqpWriter writer, string mechanism, ReadOnlySpan<byte> response, string? hostName)
    {
        var list = writer.BeginList(Descriptor.SaslInit);
        writer.WriteSymbol(mechanism);
        writer.WriteBinary(response);
        writer.WriteString(hostName);
        writer.EndCompound(list, 3);
    }

    public static (string Mechanism, byte[] Response) ReadInit(ref AmqpReader reader)
    {
        var left = reader.ReadListHead(out var end);
        var mechanism = reader.NextField(ref left) ? reader.ReadString() : throw AmqpException.Decode("sasl-init has no mechanism.");
        var response = reader.NextField(ref left) ? reader.ReadBinary().ToArray() : [];
        reader.Seek(end);
        return (mechanism, response);
    }

    public static void WriteOutcome(ref AmqpWriter writer, byte code)
    {
        var list = writer.BeginList(Descriptor.SaslOutcome);
        writer.WriteUByte(code);
        writer.EndCompound(list, 1);
    }

    public static byte ReadOutcome(ref AmqpReader reader)
    {
        var left = reader.ReadListHead(out var end);
        var code = reader.NextField(ref left) ? reader.ReadUByte() : throw AmqpException.Decode("sasl-outcome has no code.");
        reader.Seek(end);
        return code;
    }

    /// <summary>PLAIN (RFC 4616): authorization identity NUL user NUL password.</summary>
    public static (string User, string Password) ReadPlain(ReadOnlySpan<byte> response)
    {
        var first = response.IndexOf((byte)0);
        var second = first < 0 ? -1 : response[(first + 1)..].IndexOf((byte)0);
        return second < 0
            ? ("", "")
            : (Encoding.UTF8.GetString(response.Slice(first + 1, second)), Encoding.UTF8.GetString(response[(first + second + 2)..]));
    }
}
