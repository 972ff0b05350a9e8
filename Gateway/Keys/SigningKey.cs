using System.Security.Cryptography;
using AppProxy.Contracts.Identity;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Gateway.Keys;

/// <summary>One of the gateway's own keys, ES256. Its id is its RFC 7638 thumbprint, so that who knows the id knows the key.</summary>
/// <remarks>Lives as long as the process: what signs and verifies with it is cached by the library, and never disposed under somebody's hands.</remarks>
internal sealed class SigningKey
{
    private SigningKey(StoredSigningKey stored, ECDsa key)
    {
        Stored = stored;
        Key = new ECDsaSecurityKey(key) { KeyId = stored.Id };
        Credentials = new SigningCredentials(Key, SecurityAlgorithms.EcdsaSha256);
        PublicKey = PublicKeys.From(key);
    }

    public string Id => Stored.Id;

    /// <summary>For signing and verifying in this process.</summary>
    public ECDsaSecurityKey Key { get; }

    /// <summary>For the library's token writers.</summary>
    public SigningCredentials Credentials { get; }

    /// <summary>What others verify with: JWKS, enrolment.</summary>
    public JsonWebKey PublicKey { get; }

    public DateTimeOffset SignsFrom => Stored.SignsFrom;

    /// <summary>As it is kept. Secret.</summary>
    public StoredSigningKey Stored { get; }

    /// <exception cref="CryptographicException">No private key of ours.</exception>
    public static SigningKey Read(StoredSigningKey stored)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(Convert.FromBase64String(stored.PrivateKey!), out _);
            return new SigningKey(stored, key);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentNullException)
        {
            key.Dispose();
            throw new CryptographicException("is no key", exception);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Draws a new key.</summary>
    public static SigningKey Create(int sequence, DateTimeOffset now, DateTimeOffset signsFrom)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new SigningKey(
            new StoredSigningKey
            {
                Sequence = sequence,
                Id = PublicKeys.From(key).Kid,
                PrivateKey = Convert.ToBase64String(key.ExportPkcs8PrivateKey()),
                CreatedAt = now,
                SignsFrom = signsFrom,
            },
            key);
    }

    /// <summary>Its id only.</summary>
    public override string ToString() => Id;
}
