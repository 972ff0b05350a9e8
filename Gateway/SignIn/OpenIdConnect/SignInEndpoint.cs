using AppProxy.Contracts.Frames;
using AppProxy.Gateway.SignIn.HandOff;
using AppProxy.Gateway.SignIn.Sessions;
using Microsoft.AspNetCore.Authentication;

namespace AppProxy.Gateway.SignIn.OpenIdConnect;

/// <summary>Signing in on the gateway's own host: a session that is there goes on at once, anybody else goes to the provider.</summary>
internal sealed class SignInEndpoint(SessionReader reader, HandOffIssuer handOff, Seal seal, SignInRefusal refusal, TimeProvider time, ILogger<SignInEndpoint> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (await ReadAsync(context) is not { } request)
        {
            return;
        }

        var session = await reader.FindAsync(context.Request, null, context.RequestAborted);
        if (session is { IsOver: false } && request.StepUp?.IsMetBy(session) != false)
        {
            // Redirects alone: browsers carry the fragment through them.
            await handOff.SendAsync(context, session, request, hasFragment: false);
            return;
        }

        var next = $"{SignInPaths.Start}?r={context.Request.Query["r"]}";
        if (Navigation.IsInBrowser(context.Request))
        {
            await SignInPages.WriteFragmentKeeperAsync(context, next, HandOffIssuer.KeyOf(request));
            return;
        }

        await GoAsync(context, request, hasFragment: false);
    }

    public async Task StartAsync(HttpContext context)
    {
        if (await ReadAsync(context) is { } request)
        {
            await GoAsync(context, request, context.Request.Query["fragment"] == "1");
        }
    }

    /// <summary>Signs in for a page of the gateway's own, and comes back to it.</summary>
    /// <param name="target">Path and query; sealed on its way, so that nobody makes one up.</param>
    public Task GoAsync(HttpContext context, string target)
    {
        var properties = new AuthenticationProperties { RedirectUri = "/" };
        properties.Items[ProviderEvents.Target] = target;
        return ChallengeAsync(context, properties);
    }

    /// <summary>The provider's answer.</summary>
    public static async Task CallbackAsync(HttpContext context)
    {
        var handlers = context.RequestServices.GetRequiredService<IAuthenticationHandlerProvider>();
        if (await handlers.GetHandlerAsync(context, ProviderOptions.Scheme) is not IAuthenticationRequestHandler handler || !await handler.HandleRequestAsync())
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    private Task GoAsync(HttpContext context, SignInRequest request, bool hasFragment)
    {
        var properties = new AuthenticationProperties { RedirectUri = "/" };
        properties.Items[ProviderEvents.Request] = context.Request.Query["r"];
        properties.SetParameter(nameof(StepUp), request.StepUp);
        if (hasFragment)
        {
            properties.Items[ProviderEvents.Fragment] = "1";
        }

        return ChallengeAsync(context, properties);
    }

    private async Task ChallengeAsync(HttpContext context, AuthenticationProperties properties)
    {
        try
        {
            await context.ChallengeAsync(ProviderOptions.Scheme, properties);
        }
        catch (InvalidOperationException away)
        {
            // Its discovery document cannot be had.
            var reference = ExchangeId.Create().ToString();
            ProviderLog.ProviderAway(logger, reference, away.GetBaseException().Message);
            await SignInPages.WriteProblemAsync(context, StatusCodes.Status503ServiceUnavailable, SignInRefusal.ProviderAway, reference);
        }
    }

    private async Task<SignInRequest?> ReadAsync(HttpContext context)
    {
        if (seal.OpenRequest(context.Request.Query["r"]) is { } request && request.ExpiresAt > time.GetUtcNow().ToUnixTimeMilliseconds())
        {
            return request;
        }

        await refusal.WritePageAsync(context, StatusCodes.Status400BadRequest, "sign-in-expired");
        return null;
    }
}
