using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Contracts.Identity.Sealing;

/// <summary>
/// A group's keys on their way to a connector, over HTTPS that others may have opened: encrypted for a key pair that the connector draws for this
/// one call, and so for nobody who reads along, now or later. Its public half is in the call, which the connector signs; the answer is signed by
/// the gateway. ECDH over P-256, HKDF-SHA256, AES-256-GCM.
/// </summary>
/// <param name="X">The gateway's half, drawn for this answer.</param>
/// <param name="Y">Its other coordinate.</param>
/// <param name="Text">Ciphertext and tag, base64url.</param>
internal sealed record KeyEnvelope(string X, string Y, string Text)
{
    private static readonly byte[] Nonce = new byte[SealedText.NonceSize];

    public static PublicPoint PointOf(ECDiffieHellman key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new PublicPoint(Base64UrlEncoder.Encode(point.X), Base64UrlEncoder.Encode(point.Y));
    }

    /// <exception cref="CryptographicException">The point is none.</exception>
    public static KeyEnvelope Close(HeldKeys keys, PublicPoint receiver, string callId)
    {
        using var own = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var text = JsonSerializer.SerializeToUtf8Bytes(keys, IdentityJsonContext.Default.HeldKeys);
        var octets = new byte[text.Length + SealedHeader.TagSize];

        // The key is used once, so its nonce may be any.
        using var cipher = new AesGcm(Agree(own, receiver, callId), SealedHeader.TagSize);
        cipher.Encrypt(Nonce, text, octets.AsSpan(0, text.Length), octets.AsSpan(text.Length));
        CryptographicOperations.ZeroMemory(text);
        var (x, y) = PointOf(own);
        return new KeyEnvelope(x, y, Base64UrlEncoder.Encode(octets));
    }

    /// <exception cref="CryptographicException">Not for this key and call.</exception>
    public HeldKeys Open(ECDiffieHellman own, string callId)
    {
        try
        {
            var octets = Base64UrlEncoder.DecodeBytes(Text);
            var text = octets.AsSpan(0, Math.Max(0, octets.Length - SealedHeader.TagSize));
            using var cipher = new AesGcm(Agree(own, new PublicPoint(X, Y), callId), SealedHeader.TagSize);
            cipher.Decrypt(Nonce, text, octets.AsSpan(text.Length), text);
            return JsonSerializer.Deserialize(text, IdentityJsonContext.Default.HeldKeys) ?? throw new JsonException();
        }
        catch (Exception exception) when (exception is FormatException or JsonException or ArgumentException)
        {
            throw new CryptographicException("The envelope cannot be read.", exception);
        }
    }

    private static byte[] Agree(ECDiffieHellman own, PublicPoint other, string callId)
    {
        byte[] x, y;
        try
        {
            (x, y) = (Base64UrlEncoder.DecodeBytes(other.X), Base64UrlEncoder.DecodeBytes(other.Y));
        }
        catch (FormatException exception)
        {
            throw new CryptographicException("The point is none.", exception);
        }

        using var theirs = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } });
        return HKDF.DeriveKey(
            HashAlgorithmName.SHA256, own.DeriveRawSecretAgreement(theirs.PublicKey), GroupSecret.Size, Encoding.UTF8.GetBytes(callId), "appproxy group keys"u8.ToArray());
    }
}
