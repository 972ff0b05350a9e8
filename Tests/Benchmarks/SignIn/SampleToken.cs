using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace AppProxy.Benchmarks.SignIn;

/// <summary>An ID token like a provider's, of about 1,200 characters: what is random in one is random here, since it cannot be compressed.</summary>
internal static class SampleToken
{
    public static string Create(string subject, string sid, string name) => string.Join('.', Part(new { alg = "RS256", kid = Random(20), typ = "JWT" }), Payload(subject, sid, name), Random(256));

    private static string Payload(string subject, string sid, string name) => Part(new
    {
        iss = "https://login.example.com/realms/people",
        aud = "application-proxy",
        sub = subject,
        oid = subject,
        sid,
        iat = 1_763_870_000,
        exp = 1_763_873_600,
        auth_time = 1_763_870_000,
        nonce = Random(48),
        at_hash = Random(16),
        upn = name,
        preferred_username = name,
        email = name,
        email_verified = true,
        name = name[..name.IndexOf('@', StringComparison.Ordinal)],
        amr = (string[])["pwd", "mfa"],
    });

    private static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));

    private static string Random(int octets) => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(octets));
}
