using System.Buffers.Binary;
using System.Text;

namespace AppProxy.Contracts.Identity.Sealing;

/// <summary>What is authenticated beside the message itself (its header and the session that it is for), and the nonce.</summary>
internal static class SealedText
{
    public const int NonceSize = 12;

    /// <summary>Longest session id, in octets: 128 characters in Azure Service Bus.</summary>
    public const int MaxSessionId = 128 * 3;

    public const int MaxAssociatedData = SealedHeader.Size + MaxSessionId;

    /// <summary>Writes the session behind the header; false when its name is too long.</summary>
    public static bool TryWriteSession(string? sessionId, Span<byte> associatedData, out int length)
    {
        length = SealedHeader.Size;
        if (sessionId is null)
        {
            return true;
        }

        var isWritten = Encoding.UTF8.TryGetBytes(sessionId, associatedData[SealedHeader.Size..], out var written);
        length += written;
        return isWritten;
    }

    public static void WriteNonce(ulong counter, Span<byte> nonce)
    {
        nonce[..4].Clear();
        BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], counter);
    }
}
