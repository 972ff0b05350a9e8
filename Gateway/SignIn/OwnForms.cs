using AppProxy.Gateway.SignIn.HandOff;
using AppProxy.Gateway.SignIn.Sessions;

namespace AppProxy.Gateway.SignIn;

/// <summary>Forms of our own pages: taken from those pages alone, and from the session that they were written for.</summary>
internal sealed class OwnForms(Seal seal, SignInRefusal refusal)
{
    public const string Token = "token";

    private const int MaxForm = 8 * 1024;

    /// <summary>What a form of the session's pages carries, as a hidden field <see cref="Token"/>.</summary>
    public string TokenFor(Session session) => seal.FormToken(session.Id);

    /// <summary>The form; null when it is nobody's of ours, and the request was answered.</summary>
    public async Task<IFormCollection?> ReadAsync(HttpContext context, Session session)
    {
        if (Navigation.IsSameOrigin(context.Request) && await SmallForm.ReadAsync(context.Request, MaxForm) is { } form && seal.IsFormToken(form[Token], session.Id))
        {
            return form;
        }

        await refusal.WritePageAsync(context, StatusCodes.Status400BadRequest, "form-refused", session.User);
        return null;
    }
}
