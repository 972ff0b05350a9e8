using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.Pages;
using OpenIddict.Abstractions;

namespace AppProxy.Gateway.Directory.NativeClients;

/// <summary>The question whether a program may act for somebody, and the answer. Programs of this kind keep no secret, so any other may say that it is one (RFC 8252 section 8.6).</summary>
internal static class Consent
{
    private const string Answer = "answer";
    private const string Refusal = "refuse";
    private const string Yes = "allow";

    /// <param name="client">Its name.</param>
    /// <param name="path">Where the answer goes.</param>
    /// <param name="fields">HTML of what is carried along.</param>
    /// <param name="more">HTML below the question.</param>
    public static DirectoryForm Ask(Language texts, DirectoryUser user, string client, string path, string fields, string more) => new()
    {
        Language = texts,
        Title = texts.Format("Consent_Title", client),
        Path = path,
        Text = $"<p>{texts.Html("Consent_Text", $"<b>{Page.Encode(client)}</b>", $"<b>{Page.Encode(user.Name)}</b>", Page.Encode(user.UserName))}</p>{more}",
        Fields = $"""<input type="hidden" name="{Answer}" value="{Yes}">{fields}""",
        Button = texts["Consent_Allow"],
        MoreButtons = $"""<button class="second" name="{Refusal}" value="yes">{texts.Html("Consent_Refuse")}</button>""",
    };

    /// <summary>What the sign-in log says of an answer.</summary>
    /// <param name="id">The client id.</param>
    public static AuditEvent Event(HttpContext context, DirectoryUser user, bool isAllowed, string id) => new()
    {
        Kind = AuditKind.SignIn,
        Outcome = isAllowed ? AuditEvent.Success : OpenIddictConstants.Errors.AccessDenied,
        User = user.Id,
        UserName = user.UserName,
        Address = AuditAddress.Of(context),
        Detail = $"program '{id}'",
    };

    /// <returns>Null where it was another form.</returns>
    public static bool? Read(IFormCollection form) => form.ContainsKey(Refusal) ? false : form[Answer] == Yes ? true : null;
}
