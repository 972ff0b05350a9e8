using System.Buffers.Text;
using System.IO.Compression;
using System.Text;

namespace AppProxy.Gateway.SignIn.Sessions;

/// <summary>
/// An ID token as small as it can be kept and still be given back octet by octet, which a provider wants of a hint: what is JSON in it is compressed
/// as JSON, which its base64 hides.
/// <code>
/// kind 1 │ length of header 4 │ of payload 4 │ of signature 4 │ signature │ header and payload, compressed
/// kind 2 │ length of text 4 │ text, compressed                          (what is no signed JWT)
/// </code>
/// </summary>
internal static class CompactToken
{
    private const byte Jwt = 1;
    private const byte Text = 2;
    private const int Quality = 9;
    private const int Window = 16;

    public static byte[] Pack(string token)
    {
        using var packed = new MemoryStream();
        using var writer = new BinaryWriter(packed);
        if (token.Split('.') is [var head, var body, var end] && Decode(head) is { } header && Decode(body) is { } payload && Decode(end) is { } signature)
        {
            writer.Write(Jwt);
            writer.Write(header.Length);
            writer.Write(payload.Length);
            writer.Write(signature.Length);
            writer.Write(signature);
            writer.Write(Compress([.. header, .. payload]));
        }
        else
        {
            var text = Encoding.UTF8.GetBytes(token);
            writer.Write(Text);
            writer.Write(text.Length);
            writer.Write(Compress(text));
        }

        writer.Flush();
        return packed.ToArray();
    }

    /// <param name="packed">What <see cref="Pack"/> made.</param>
    public static string Unpack(byte[] packed)
    {
        using var reader = new BinaryReader(new MemoryStream(packed));
        if (reader.ReadByte() == Text)
        {
            return Encoding.UTF8.GetString(Decompress(reader, reader.ReadInt32()));
        }

        var (header, payload, signature) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
        var end = reader.ReadBytes(signature);
        var said = Decompress(reader, header + payload).AsSpan();
        return $"{Base64Url.EncodeToString(said[..header])}.{Base64Url.EncodeToString(said[header..])}.{Base64Url.EncodeToString(end)}";
    }

    /// <summary>Null for what would not come back as it was.</summary>
    private static byte[]? Decode(string part)
    {
        try
        {
            var octets = Base64Url.DecodeFromChars(part);
            return Base64Url.EncodeToString(octets) == part ? octets : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static byte[] Compress(byte[] octets)
    {
        var compressed = new byte[BrotliEncoder.GetMaxCompressedLength(octets.Length)];
        return BrotliEncoder.TryCompress(octets, compressed, out var length, Quality, Window)
            ? compressed[..length]
            : throw new InvalidOperationException("Brotli did not keep to its longest length.");
    }

    private static byte[] Decompress(BinaryReader reader, int length)
    {
        var octets = new byte[length];
        var compressed = reader.ReadBytes((int)(reader.BaseStream.Length - reader.BaseStream.Position));
        return BrotliDecoder.TryDecompress(compressed, octets, out var written) && written == length
            ? octets
            : throw new InvalidDataException("This is no packed token.");
    }
}
