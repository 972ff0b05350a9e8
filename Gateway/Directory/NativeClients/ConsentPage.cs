using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.Directory.SigningIn;
using AppProxy.Gateway.Pages;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace AppProxy.Gateway.Directory.NativeClients;

/// <summary>
/// Asks before a program on somebody's machine gets a code at a loopback address. The answer goes back to the authorization request sealed, for this person and this
/// request only, with a new navigation: browsers hold redirects after a form to its page's <c>form-action</c>.
/// </summary>
internal sealed class ConsentPage(DirectoryForms forms, IDataProtectionProvider protection, TimeProvider time)
{
    /// <summary>Parameter of the authorization request.</summary>
    public const string Parameter = "consent";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly IDataProtector _protector = protection.CreateProtector("AppProxy.Directory.Consent");

    /// <param name="request">Path and query of the authorization request, without an answer.</param>
    public Task AskAsync(HttpContext context, DirectorySession session, string client, string request)
    {
        context.User = session.Principal;
        return forms.WriteAsync(context, Consent.Ask(Language.Of(context.Request), session.User, client, DirectoryPaths.Consent, "", "") with { Return = request });
    }

    /// <summary>Takes the answer, and goes back to the request with it.</summary>
    public async Task AnswerAsync(HttpContext context, DirectorySignIn signIn)
    {
        if (await signIn.FindAsync() is not { } session)
        {
            DirectoryForms.Redirect(context, ReturnPath.After(DirectoryPaths.SignIn, "/"));
            return;
        }

        context.User = session.Principal;
        if (await forms.ReadAsync(context) is { } form)
        {
            var request = ReturnPath.Read(context.Request, form);
            var answer = Consent.Read(form) is true ? "yes" : "no";
            var until = (time.GetUtcNow() + Lifetime).ToUnixTimeSeconds();
            await DirectoryForms.GoOnAsync(
                context, QueryHelpers.AddQueryString(request, Parameter, ProtectorOf(session, request).Protect(string.Create(CultureInfo.InvariantCulture, $"{answer} {until}"))));
        }
    }

    /// <param name="request">As it was asked for.</param>
    /// <returns>Null when nobody has answered yet.</returns>
    public bool? Read(DirectorySession session, string request, string? answer)
    {
        try
        {
            return answer is not null && ProtectorOf(session, request).Unprotect(answer).Split(' ') is [var said, var until]
                && long.Parse(until, CultureInfo.InvariantCulture) >= time.GetUtcNow().ToUnixTimeSeconds() ? said == "yes" : null;
        }
        catch (CryptographicException)
        {
            // Of another request or person, or made up.
            return null;
        }
    }

    private IDataProtector ProtectorOf(DirectorySession session, string request)
        => _protector.CreateProtector(session.User.Id, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(request))));
}
