using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace AppProxy.Gateway.SignIn.HandOff;

/// <summary>Seals what goes through browsers, with the key ring that all gateways of a store share.</summary>
internal sealed partial class Seal(IDataProtectionProvider protection)
{
    private readonly IDataProtector _requests = protection.CreateProtector("AppProxy.SignIn.Request");
    private readonly IDataProtector _pending = protection.CreateProtector("AppProxy.SignIn.Pending");
    private readonly IDataProtector _forms = protection.CreateProtector("AppProxy.SignIn.Form");

    public string Close(SignInRequest request) => Close(_requests, request, SealJsonContext.Default.SignInRequest);

    public SignInRequest? OpenRequest(string? text) => Open(_requests, text, SealJsonContext.Default.SignInRequest);

    /// <param name="pending">What is kept.</param>
    /// <param name="host">Only there it can be opened.</param>
    public string Close(PendingSignIn pending, string host) => Close(_pending.CreateProtector(host), pending, SealJsonContext.Default.PendingSignIn);

    public PendingSignIn? OpenPending(string? text, string host) => Open(_pending.CreateProtector(host), text, SealJsonContext.Default.PendingSignIn);

    /// <summary>For a form that only the page of this session may send.</summary>
    public string FormToken(Guid session) => WebEncoders.Base64UrlEncode(_forms.Protect(session.ToByteArray()));

    public bool IsFormToken(string? text, Guid session)
    {
        try
        {
            return text is not null && CryptographicOperations.FixedTimeEquals(_forms.Unprotect(WebEncoders.Base64UrlDecode(text)), session.ToByteArray());
        }
        catch (Exception made) when (made is CryptographicException or FormatException)
        {
            return false;
        }
    }

    private static string Close<T>(IDataProtector protector, T value, JsonTypeInfo<T> type) => WebEncoders.Base64UrlEncode(protector.Protect(JsonSerializer.SerializeToUtf8Bytes(value, type)));

    private static T? Open<T>(IDataProtector protector, string? text, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return text is { Length: > 0 } ? JsonSerializer.Deserialize(protector.Unprotect(WebEncoders.Base64UrlDecode(text)), type) : null;
        }
        catch (Exception made) when (made is CryptographicException or FormatException or JsonException)
        {
            return null;
        }
    }

    [JsonSerializable(typeof(SignInRequest))]
    [JsonSerializable(typeof(PendingSignIn))]
    private sealed partial class SealJsonContext : JsonSerializerContext;
}
