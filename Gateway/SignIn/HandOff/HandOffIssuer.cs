using System.Security.Cryptography;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.SignIn.Sessions;
using Microsoft.AspNetCore.WebUtilities;

namespace AppProxy.Gateway.SignIn.HandOff;

/// <summary>Sends a signed-in browser back to an app's host, with a code that is good once, soon, there, and for it alone.</summary>
internal sealed class HandOffIssuer(ISessionStorage storage, TimeProvider time)
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

    /// <param name="hasFragment">Whether one was put aside in this tab.</param>
    public async Task SendAsync(HttpContext context, Session session, SignInRequest request, bool hasFragment)
    {
        var code = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        TokenHash.TryCompute(code, out var hash);
        var host = Authority.Normalize(new Uri(request.Origin).Host);
        await storage.AddCodeAsync(hash, new HandOffCode(session.Id, host, request.Binding, time.GetUtcNow() + Life), context.RequestAborted);

        var next = $"{request.Origin}{SignInPaths.AppHandOff}?id={request.PendingId}&code={code}";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        if (hasFragment)
        {
            await SignInPages.WriteFragmentBringerAsync(context, next, KeyOf(request));
            return;
        }

        context.Response.StatusCode = StatusCodes.Status302Found;
        context.Response.Headers.Location = next;
    }

    /// <summary>Under which name a tab puts its fragment aside.</summary>
    public static string KeyOf(SignInRequest request) => "fragment-" + request.PendingId;
}
