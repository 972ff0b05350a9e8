using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace AppProxy.Gateway.SignIn.Sessions;

/// <summary>
/// Draws what browsers hold. A token is random and says nothing; the key ring seals it for one host, so that made-up ones are told
/// without asking the store.
/// </summary>
internal sealed class SessionTokens(IDataProtectionProvider protection)
{
    private const int Entropy = 32;

    private readonly IDataProtector _protector = protection.CreateProtector("AppProxy.SignIn.SessionToken");

    public string Create(string host) => WebEncoders.Base64UrlEncode(_protector.CreateProtector(host).Protect(RandomNumberGenerator.GetBytes(Entropy)));

    public bool IsOurs(string token, string host)
    {
        try
        {
            return _protector.CreateProtector(host).Unprotect(WebEncoders.Base64UrlDecode(token)).Length == Entropy;
        }
        catch (Exception made) when (made is CryptographicException or FormatException)
        {
            return false;
        }
    }
}
