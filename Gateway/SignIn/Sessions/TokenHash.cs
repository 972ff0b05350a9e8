using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AppProxy.Gateway.SignIn.Sessions;

/// <summary>SHA-256 of something secret that a browser holds. Only this is kept, so that nobody can take a session from a table or a dump.</summary>
internal readonly record struct TokenHash(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Longest secret that is looked at.</summary>
    private const int MaxLength = 512;

    /// <summary>False for what can be none of ours.</summary>
    public static bool TryCompute(ReadOnlySpan<char> token, out TokenHash hash)
    {
        hash = default;
        Span<byte> octets = stackalloc byte[MaxLength];
        if (token.IsEmpty || token.Length > MaxLength || !Encoding.ASCII.TryGetBytes(token, octets, out var length))
        {
            return false;
        }

        hash = Compute(octets[..length]);
        return true;
    }

    public static TokenHash Compute(ReadOnlySpan<byte> octets)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(octets, digest);
        return new TokenHash(
            BinaryPrimitives.ReadUInt64BigEndian(digest),
            BinaryPrimitives.ReadUInt64BigEndian(digest[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(digest[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(digest[24..]));
    }

    /// <summary>The digest itself is random enough.</summary>
    public override int GetHashCode() => (int)A;

    /// <summary>64 hexadecimal digits.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{A:x16}{B:x16}{C:x16}{D:x16}");
}
