using AppProxy.Gateway.SignIn.OpenIdConnect;
using AppProxy.Gateway.SignIn.SignOut;

namespace AppProxy.Gateway.SignIn;

/// <summary>Sign-in's paths on the gateway's own host.</summary>
internal sealed class SignInEndpoints(GatewayOrigin origin, SignInEndpoint signIn, SignOutEndpoint signOut, BackChannelLogout backChannel)
{
    /// <summary>
    /// Answers the request; null when nothing of ours is there, or it came under another name than the gateway's. Who goes to any page under its name with a dot more is led to its own.
    /// </summary>
    public Task? TryInvoke(HttpContext context)
    {
        var isGet = HttpMethods.IsGet(context.Request.Method);
        var isHead = HttpMethods.IsHead(context.Request.Method);
        var isPost = HttpMethods.IsPost(context.Request.Method);
        if (isPost && context.Request.Path.Value == SignInPaths.BackChannel)
        {
            // Its token says whom it is for; the provider may know the gateway by another name.
            return backChannel.InvokeAsync(context);
        }

        if (isGet && origin.IsButForDot(context.Request) && Navigation.Is(context))
        {
            context.Response.StatusCode = StatusCodes.Status302Found;
            context.Response.Headers.Location = origin.ToSame(context.Request);
            return Task.CompletedTask;
        }

        return !origin.IsOf(context.Request) ? null : context.Request.Path.Value switch
        {
            SignInPaths.SignIn when isGet => signIn.InvokeAsync(context),
            SignInPaths.Start when isGet => signIn.StartAsync(context),
            SignInPaths.Callback when isGet => SignInEndpoint.CallbackAsync(context),
            SignInPaths.SignOut when isGet || isHead => signOut.AskAsync(context),
            SignInPaths.SignOut when isPost => signOut.SignOutAsync(context),
            SignInPaths.SignedOut when isGet || isHead => SignInPages.WriteSignedOutAsync(context),
            _ => null,
        };
    }
}
