using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Contracts.Identity;

/// <summary>
/// What an operator carries from the gateway to a new connector, as one word that survives copying:
/// <code>
/// apx1_ base64url( id 8 | secret 24 | thumbprint of the gateway's signing key 32 | first octets of the SHA-256 of all that 4 )
/// </code>
/// The secret itself never crosses the wire: the connector proves that it has it (<see cref="ProveFor"/>), so who reads along, a proxy that opens
/// TLS for instance, cannot enrol with it.
/// </summary>
internal sealed class EnrollmentToken
{
    public const string Prefix = "apx1_";

    private const int IdLength = 8;
    private const int SecretLength = 24;
    private const int PinLength = 32;
    private const int SumLength = 4;
    private const int CheckedLength = IdLength + SecretLength + PinLength;

    private readonly byte[] _secret;

    private EnrollmentToken(byte[] id, byte[] secret, string pin)
    {
        Id = Base64UrlEncoder.Encode(id);
        _secret = secret;
        GatewayKeyId = pin;
    }

    /// <summary>Names the token; no secret.</summary>
    public string Id { get; }

    /// <summary>RFC 7638 thumbprint of the key with which the gateway signs: what the connector pins.</summary>
    public string GatewayKeyId { get; }

    /// <summary>What the gateway keeps to recognise the token: SHA-256 of its secret. Secret as well, since it proves.</summary>
    public byte[] Verifier => SHA256.HashData(_secret);

    /// <summary>Draws a new token.</summary>
    public static EnrollmentToken Create(string gatewayKeyId)
        => new(RandomNumberGenerator.GetBytes(IdLength), RandomNumberGenerator.GetBytes(SecretLength), gatewayKeyId);

    /// <summary>Reads what an operator pasted; surrounding white space does not matter.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out EnrollmentToken? token)
    {
        token = null;
        text = text?.Trim();
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        byte[] bytes;
        try
        {
            bytes = Base64UrlEncoder.DecodeBytes(text[Prefix.Length..]);
        }
        catch (FormatException)
        {
            return false;
        }

        if (bytes.Length != CheckedLength + SumLength || !SumOf(bytes).SequenceEqual(bytes.AsSpan(CheckedLength)))
        {
            return false;
        }

        token = new EnrollmentToken(bytes[..IdLength], bytes[IdLength..(IdLength + SecretLength)], Base64UrlEncoder.Encode(bytes[(IdLength + SecretLength)..CheckedLength]));
        return true;
    }

    /// <summary>Proof that one has the token, good for one public key only.</summary>
    /// <param name="verifier"><see cref="Verifier"/>.</param>
    /// <param name="connectorKeyId">Thumbprint of the key that is enrolled.</param>
    public static string ProveFor(byte[] verifier, string connectorKeyId)
        => Base64UrlEncoder.Encode(HMACSHA256.HashData(verifier, System.Text.Encoding.ASCII.GetBytes("appproxy enrollment " + connectorKeyId)));

    /// <summary>The token for the operator's eyes. Secret.</summary>
    public string Reveal()
    {
        var bytes = new byte[CheckedLength + SumLength];
        Base64UrlEncoder.DecodeBytes(Id).CopyTo(bytes, 0);
        _secret.CopyTo(bytes, IdLength);
        Base64UrlEncoder.DecodeBytes(GatewayKeyId).CopyTo(bytes, IdLength + SecretLength);
        SumOf(bytes).CopyTo(bytes.AsSpan(CheckedLength));
        return Prefix + Base64UrlEncoder.Encode(bytes);
    }

    /// <summary>Its id only: the secret stays out of logs.</summary>
    public override string ToString() => Id;

    /// <summary>Tells a token that was copied badly from one that the gateway does not know.</summary>
    private static ReadOnlySpan<byte> SumOf(byte[] bytes) => SHA256.HashData(bytes.AsSpan(0, CheckedLength)).AsSpan(0, SumLength);
}
