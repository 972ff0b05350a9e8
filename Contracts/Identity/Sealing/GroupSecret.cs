using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace AppProxy.Contracts.Identity.Sealing;

/// <summary>
/// The secret of a connector group, 32 random octets, from which its keys come (HKDF, RFC 5869): one for what gateways say to the group, and one
/// for each connector's answers. Gateways hold the secret; a connector is given the first key and its own of the second kind, so that none
/// answers in another's place.
/// </summary>
internal sealed class GroupSecret
{
    public const int Size = 32;

    private readonly byte[] _secret;

    public GroupSecret(byte[] secret)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(secret.Length, Size);
        _secret = secret;
        Id = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData([.. "appproxy group key "u8, .. secret]));
        Down = HKDF.Expand(HashAlgorithmName.SHA256, secret, Size, "appproxy from gateways"u8.ToArray());
    }

    /// <summary>Names it to who has it; tells nobody else anything.</summary>
    public uint Id { get; }

    /// <summary>Seals what gateways say. Secret.</summary>
    public byte[] Down { get; }

    /// <summary>Seals what a connector says. Secret.</summary>
    public byte[] UpOf(Guid connector)
        => HKDF.Expand(HashAlgorithmName.SHA256, _secret, Size, [.. "appproxy from connector "u8, .. connector.ToByteArray(bigEndian: true)]);

    /// <summary>Draws a new one.</summary>
    public static GroupSecret Create() => new(RandomNumberGenerator.GetBytes(Size));

    /// <summary>As it is kept and as operators write it: base64 of 32 octets.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out GroupSecret? secret)
    {
        var octets = new byte[Size + 1];
        secret = text is not null && Convert.TryFromBase64String(text, octets, out var length) && length == Size ? new GroupSecret(octets[..Size]) : null;
        return secret is not null;
    }

    /// <summary>For keeping. Secret.</summary>
    public string Reveal() => Convert.ToBase64String(_secret);

    /// <summary>Its id only.</summary>
    public override string ToString() => Id.ToString("x8", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The key of one link: its counter alone is a nonce that cannot come twice, whoever else seals under the same key.</summary>
    /// <param name="key"><see cref="Down"/> or <see cref="UpOf"/>.</param>
    /// <param name="link">Drawn for the link.</param>
    /// <param name="queue">So that what is sealed for one queue is nothing on another.</param>
    /// <param name="linkKey">Takes the key.</param>
    public static void DeriveLink(byte[] key, Guid link, string queue, Span<byte> linkKey)
        => HKDF.DeriveKey(HashAlgorithmName.SHA256, key, linkKey, link.ToByteArray(bigEndian: true), Encoding.UTF8.GetBytes("appproxy link to " + queue));
}
