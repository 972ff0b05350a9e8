using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AppProxy.Contracts.Transport.Tokens;

/// <summary>
/// A shared access signature as Azure Service Bus has it:
/// <c>SharedAccessSignature sr={url-encoded URI}&amp;sig={url-encoded base64}&amp;se={unix seconds}&amp;skn={rule}</c>, where the signature is
/// HMAC-SHA256 over <c>{url-encoded URI}\n{unix seconds}</c> with the UTF-8 bytes of the key's text.
/// </summary>
public sealed class SharedAccessSignature
{
    /// <summary>First word of a token.</summary>
    public const string Prefix = "SharedAccessSignature";

    /// <summary>Longest rule name and longest key, in characters.</summary>
    public const int MaxNameLength = 256;

    // A URI of at most 260 characters, tripled by encoding, and the rest.
    private const int MaxTokenLength = 4_096;

    private readonly string _encodedResource;
    private readonly string _expiry;
    private readonly byte[] _signature;

    private SharedAccessSignature(string encodedResource, string expiry, byte[] signature, string keyName, DateTimeOffset expiresAt)
    {
        _encodedResource = encodedResource;
        _expiry = expiry;
        _signature = signature;
        Resource = Uri.UnescapeDataString(encodedResource);
        KeyName = keyName;
        ExpiresAt = expiresAt;
    }

    /// <summary>URI of what the token is for: an entity, or something above it.</summary>
    public string Resource { get; }

    /// <summary>Name of the rule whose key signed.</summary>
    public string KeyName { get; }

    /// <summary>When the token ends.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>Makes a token for <paramref name="resource"/>.</summary>
    public static string Create(string resource, string keyName, string key, DateTimeOffset expiresAt)
    {
        var encoded = Uri.EscapeDataString(resource);
        var expiry = expiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToBase64String(Sign(encoded, expiry, key));
        return $"{Prefix} sr={encoded}&sig={Uri.EscapeDataString(signature)}&se={expiry}&skn={Uri.EscapeDataString(keyName)}";
    }

    /// <summary>Reads a token; says nothing about whether it is genuine.</summary>
    public static bool TryParse(string token, [NotNullWhen(true)] out SharedAccessSignature? signature)
    {
        signature = null;
        if (token.Length > MaxTokenLength || !token.StartsWith(Prefix + " ", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        string? resource = null, signed = null, expiry = null, keyName = null;
        foreach (var range in token.AsSpan(Prefix.Length + 1).Split('&'))
        {
            var field = token.AsSpan(Prefix.Length + 1)[range];
            var equals = field.IndexOf('=');
            if (equals < 0)
            {
                return false;
            }

            var value = field[(equals + 1)..].ToString();
            switch (field[..equals].Trim())
            {
                case "sr":
                    resource = value;
                    break;
                case "sig":
                    signed = Uri.UnescapeDataString(value);
                    break;
                case "se":
                    expiry = value;
                    break;
                case "skn":
                    keyName = Uri.UnescapeDataString(value);
                    break;
            }
        }

        var bytes = new byte[SHA256.HashSizeInBytes];
        if (resource is null || keyName is null || keyName.Length > MaxNameLength || signed is null || signed.Length > 64
            || !Convert.TryFromBase64String(signed, bytes, out var length) || length != bytes.Length
            || !long.TryParse(expiry, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            return false;
        }

        signature = new SharedAccessSignature(resource, expiry, bytes, keyName, DateTimeOffset.FromUnixTimeSeconds(seconds));
        return true;
    }

    /// <summary>Whether <paramref name="key"/> made the signature; takes the same time whatever the answer. Does not look at the expiry.</summary>
    public bool IsSignedWith(string key) => CryptographicOperations.FixedTimeEquals(Sign(_encodedResource, _expiry, key), _signature);

    /// <summary>
    /// Whether the token is for <paramref name="audience"/> or something above it: host and path compared without regard to case, scheme,
    /// port and a trailing slash.
    /// </summary>
    public bool Covers(string audience)
    {
        var resource = Normalize(Resource);
        var wanted = Normalize(audience);
        return wanted.StartsWith(resource, StringComparison.OrdinalIgnoreCase)
            && (wanted.Length == resource.Length || wanted[resource.Length] == '/');
    }

    /// <summary>Host and path of an audience, without scheme, port and slashes around: <c>ns.host/requests.default</c>.</summary>
    public static string Normalize(string audience)
    {
        var text = audience.AsSpan().Trim();
        var scheme = text.IndexOf("://");
        if (scheme >= 0)
        {
            text = text[(scheme + 3)..];
        }

        text = text.TrimEnd('/');
        var slash = text.IndexOf('/');
        var host = slash < 0 ? text : text[..slash];
        var path = slash < 0 ? "" : text[slash..];

        // The last colon begins a port, unless it is inside the brackets of an IPv6 address.
        var colon = host.LastIndexOf(':');
        if (colon > host.LastIndexOf(']'))
        {
            host = host[..colon];
        }

        return string.Concat(host, path);
    }

    /// <summary>The rule's name and the expiry only: the signature stays out of logs.</summary>
    public override string ToString() => $"{KeyName} until {ExpiresAt:O}";

    private static byte[] Sign(string encodedResource, string expiry, string key) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(encodedResource + "\n" + expiry));
}
