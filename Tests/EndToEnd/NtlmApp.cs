using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace AppProxy.Tests.EndToEnd;

/// <summary>An app that lets people in by NTLM ([MS-NLMP]): once for a connection, and every request on it is theirs from then on. It checks no password.</summary>
internal static class NtlmApp
{
    private const int Unicode = 0x1;
    private const int Ntlm = 0x200;

    public static RawApp Start() => new(ServeAsync);

    /// <summary>What a client answers the challenge with, as far as this app reads it.</summary>
    public static string Authenticate(string user)
    {
        var name = Encoding.Unicode.GetBytes(user);
        var message = new byte[64 + name.Length];
        Begin(message, type: 3);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(36), (ushort)name.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(38), (ushort)name.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(40), 64);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(60), Unicode | Ntlm);
        name.CopyTo(message, 64);
        return "NTLM " + Convert.ToBase64String(message);
    }

    /// <summary>What a client begins with.</summary>
    public static string Negotiate()
    {
        var message = new byte[32];
        Begin(message, type: 1);
        return "NTLM " + Convert.ToBase64String(message);
    }

    private static async Task ServeAsync(NetworkStream connection, CancellationToken stop)
    {
        string? user = null;
        while (true)
        {
            var head = await RawApp.ReadHeadAsync(connection, stop);
            var credentials = head.Split("\r\n").FirstOrDefault(static line => line.StartsWith("Authorization: NTLM ", StringComparison.OrdinalIgnoreCase));
            var message = credentials is null ? [] : Convert.FromBase64String(credentials[20..]);
            if (message.Length > 0 && message[8] == 3)
            {
                user = UserOf(message);
            }

            var answer = message.Length > 0 && message[8] == 1 ? $"401 Unauthorized\r\nWWW-Authenticate: NTLM {Challenge()}\r\nContent-Length: 0\r\n\r\n"
                : user is null ? "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"a, NTLM\"\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n"
                : $"200 OK\r\nContent-Length: {user.Length}\r\n\r\n{user}";
            await connection.WriteAsync(Encoding.Latin1.GetBytes("HTTP/1.1 " + answer), stop);
        }
    }

    private static string Challenge()
    {
        var message = new byte[48];
        Begin(message, type: 2);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(16), 48);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(20), Unicode | Ntlm);
        "8 octets"u8.CopyTo(message.AsSpan(24));
        return Convert.ToBase64String(message);
    }

    private static string UserOf(byte[] message)
    {
        var (length, offset) = (BinaryPrimitives.ReadUInt16LittleEndian(message.AsSpan(36)), BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(40)));
        return Encoding.Unicode.GetString(message, offset, length);
    }

    private static void Begin(byte[] message, byte type)
    {
        "NTLMSSP\0"u8.CopyTo(message);
        message[8] = type;
    }
}
