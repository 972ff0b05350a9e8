using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace AppProxy.Gateway.Catalogue;

/// <summary>An app's picture. Kept as text, so that apps compare by what they say.</summary>
/// <param name="MediaType">One that browsers show as a picture.</param>
/// <param name="Base64">Its octets.</param>
internal sealed record AppIcon(string MediaType, string Base64)
{
    /// <summary>A page has many of them.</summary>
    public const int MaxBytes = 48 * 1024;

    private const string Prefix = "data:";
    private const string Encoding64 = ";base64,";

    public static IReadOnlyDictionary<string, string> MediaTypes { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".gif"] = "image/gif",
        [".webp"] = "image/webp",
        [".svg"] = "image/svg+xml",
    };

    /// <summary>Another one for every other picture.</summary>
    public string Version => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(MediaType + Base64)).AsSpan(0, 8));

    /// <summary>Takes a <c>data:</c> URL in base64.</summary>
    public static bool TryParse(string url, [NotNullWhen(true)] out AppIcon? icon, [NotNullWhen(false)] out string? fault)
    {
        icon = null;
        var split = url.IndexOf(Encoding64, StringComparison.OrdinalIgnoreCase);
        var type = split < 0 || !IsDataUrl(url) ? null : MediaTypes.Values.FirstOrDefault(known => url.AsSpan(Prefix.Length, split - Prefix.Length).Equals(known, StringComparison.OrdinalIgnoreCase));
        if (type is null)
        {
            fault = $"must be a picture as data: URL in base64, such as data:image/png;base64,…, of {string.Join(", ", MediaTypes.Values.Distinct())}; in a file also the path of one beside it";
            return false;
        }

        var text = url[(split + Encoding64.Length)..];
        var octets = new byte[(text.Length / 4 * 3) + 3];
        fault = text.Length > MaxBytes * 4 / 3 + 4 ? $"is larger than {MaxBytes / 1024} KB: give a smaller picture"
            : !Convert.TryFromBase64String(text, octets, out var count) || count == 0 ? "is no base64"
            : null;
        icon = fault is null ? new AppIcon(type, text) : null;
        return icon is not null;
    }

    public static bool IsDataUrl(string url) => url.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);

    public static string ToDataUrl(string mediaType, byte[] octets) => Prefix + mediaType + Encoding64 + Convert.ToBase64String(octets);

    public byte[] ToBytes() => Convert.FromBase64String(Base64);
}
