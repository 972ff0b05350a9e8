using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace AppProxy.Connector.Enrollment;

/// <summary>Windows: DPAPI binds the key to the account that the connector runs under.</summary>
[SupportedOSPlatform("windows")]
internal sealed class DataProtectionApi : IKeyProtection
{
    private const string Prefix = "dpapi:";

    public string Protect(byte[] key) => Prefix + Convert.ToBase64String(ProtectedData.Protect(key, null, DataProtectionScope.CurrentUser));

    public byte[] Unprotect(string text) => text.StartsWith(Prefix, StringComparison.Ordinal)
        ? ProtectedData.Unprotect(Convert.FromBase64String(text[Prefix.Length..]), null, DataProtectionScope.CurrentUser)
        : throw new FormatException("The key is not protected by this system.");
}
