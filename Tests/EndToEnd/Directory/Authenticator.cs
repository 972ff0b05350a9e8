using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

/// <summary>What an authenticator app does with a key (RFC 6238), apart from Identity, which checks it.</summary>
internal static class Authenticator
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>The code that counts now.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "What every authenticator app does.")]
    public static string Code(string key, int stepsFromNow = 0)
    {
        Span<byte> step = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(step, (TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30) + stepsFromNow);
        var hash = HMACSHA1.HashData(Decode(key.Replace(" ", "", StringComparison.Ordinal)), step.ToArray());
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 0xF)) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    private static byte[] Decode(string text)
    {
        var octets = new List<byte>();
        var (bits, held) = (0, 0);
        foreach (var letter in text)
        {
            bits = (bits << 5) | Alphabet.IndexOf(letter, StringComparison.Ordinal);
            held += 5;
            if (held >= 8)
            {
                held -= 8;
                octets.Add((byte)(bits >> held));
                bits &= (1 << held) - 1;
            }
        }

        return [.. octets];
    }
}
