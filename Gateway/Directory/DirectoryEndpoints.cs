using AppProxy.Contracts.Frames;
using AppProxy.Gateway.Diagnostics;
using AppProxy.Gateway.Directory.Account;
using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.Directory.NativeClients;
using AppProxy.Gateway.Directory.Provider;
using AppProxy.Gateway.Directory.SigningIn;
using AppProxy.Gateway.Pages;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Server.AspNetCore;

namespace AppProxy.Gateway.Directory;

/// <summary>Everything below <see cref="DirectoryPaths.Root"/> on the gateway's own host.</summary>
internal sealed partial class DirectoryEndpoints(
    GatewayOrigin origin, StoreConnection store, ProviderKeys keys, ClientGate clients, AuthorizationEndpoint authorization, EndSessionEndpoint endSession, DevicePage device, ConsentPage consent,
    SignInPage signInPage, SecondStepPage secondStep, AccountPages account, DirectoryForms forms, ILogger<DirectoryEndpoints> logger)
{
    private const string NotFound = "not-found";

    private static readonly PathString Root = new(DirectoryPaths.Root);

    /// <summary>Answers the request; null when nothing of ours is there, or it came under another name than the gateway's.</summary>
    public Task? TryInvoke(HttpContext context)
        => context.Request.Path.StartsWithSegments(Root, StringComparison.Ordinal, out var rest) && origin.IsOf(context.Request) ? InvokeAsync(context, rest) : null;

    private async Task InvokeAsync(HttpContext context, PathString path)
    {
        try
        {
            // OpenIddict's own paths are below the issuer's, and so is all that it says about itself.
            (context.Request.PathBase, context.Request.Path) = (Root, path);
            await AnswerAsync(context, path.Value ?? "");
        }
        catch (Exception away) when (IsStores(away) && !context.Response.HasStarted)
        {
            // Identity and OpenIddict use the store themselves; what it throws there is told as everywhere.
            throw store.Unusable(away);
        }
        catch (InvalidDataException) when (!context.Response.HasStarted)
        {
            // OpenIddict reads the forms of its own paths, and some have more fields than any has.
            await forms.RefuseAsync(context);
        }
    }

    /// <summary>
    /// But not what the server throws where a client hangs up, or sends what is no request: all of that is an <see cref="IOException"/>, with a stream of HTTP/2 nothing more
    /// than that. The store's come in a <see cref="System.Data.Common.DbException"/>. Turned down: to ask whether the request was aborted, which its token may say only later.
    /// </summary>
    private static bool IsStores(Exception exception) => exception is not IOException && StoreException.IsStores(exception);

    private async Task AnswerAsync(HttpContext context, string path)
    {
        // 1. What is the protocol's, OpenIddict reads and checks; most of it it answers too.
        keys.Refresh();
        var handlers = context.RequestServices.GetRequiredService<IAuthenticationHandlerProvider>();
        if (await clients.InvokeAsync(context, path, async ()
            => await handlers.GetHandlerAsync(context, OpenIddictServerAspNetCoreDefaults.AuthenticationScheme) is IAuthenticationRequestHandler openIddict && await openIddict.HandleRequestAsync()))
        {
            return;
        }

        if (context.GetOpenIddictServerResponse() is { Error: { } error } refusal)
        {
            var texts = Language.Of(context.Request);
            var reference = ExchangeId.Create().ToString();
            LogRefused(reference, error, PrintableText.Cut(refusal.ErrorDescription, PrintableText.LineLength) ?? "");
            await SignInPages.WriteProblemAsync(
                context, StatusCodes.Status400BadRequest, texts["Problem_sign-in-failed_Title"], refusal.ErrorDescription ?? texts["Directory_RequestRefused"], error, reference);
            return;
        }

        // 2. What is left is people's.
        var signIn = context.RequestServices.GetRequiredService<DirectorySignIn>();
        signIn.Context = context;
        var isGet = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        var isPost = HttpMethods.IsPost(context.Request.Method);
        await (path switch
        {
            DirectoryPaths.Authorize when isGet || isPost => authorization.InvokeAsync(context, signIn, signIn.UserManager),
            DirectoryPaths.EndSession when isGet || isPost => endSession.InvokeAsync(context, signIn),
            DirectoryPaths.Device when isGet || isPost => device.InvokeAsync(context, signIn, isPost),
            DirectoryPaths.DeviceDone or DirectoryPaths.DeviceDenied when isGet => DevicePage.WriteEndAsync(context, isAllowed: path == DirectoryPaths.DeviceDone),
            DirectoryPaths.Consent when isPost => consent.AnswerAsync(context, signIn),
            DirectoryPaths.SignIn when isGet => signInPage.AskAsync(context),
            DirectoryPaths.SignIn when isPost => signInPage.SignInAsync(context, signIn),
            DirectoryPaths.Code or DirectoryPaths.RecoveryCode when isGet => secondStep.AskAsync(context, signIn, isRecovery: path == DirectoryPaths.RecoveryCode),
            DirectoryPaths.Code or DirectoryPaths.RecoveryCode when isPost => secondStep.CheckAsync(context, signIn, isRecovery: path == DirectoryPaths.RecoveryCode),
            _ when isGet || isPost => account.TryInvoke(context, signIn, path, isPost) ?? NotFoundAsync(context),
            _ => NotFoundAsync(context),
        });
    }

    private Task NotFoundAsync(HttpContext context)
    {
        var reference = ExchangeId.Create().ToString();
        LogRefused(reference, NotFound, "");
        return SignInPages.WriteProblemAsync(context, StatusCodes.Status404NotFound, NotFound, reference);
    }

    // A link's or a program's fault, which nobody in particular answers for: no denial.
    [LoggerMessage(6435, LogLevel.Debug, "Refused {Reference} at the directory: {Error} {Description}")]
    private partial void LogRefused(string reference, string error, string description);
}
