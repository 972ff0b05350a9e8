using AppProxy.Contracts.Frames;
using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Diagnostics;
using AppProxy.Gateway.SignIn.HandOff;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace AppProxy.Gateway.SignIn.OpenIdConnect;

/// <summary>Where the OpenID Connect handler meets the gateway: what it asks of the provider, and what comes of the answer.</summary>
internal sealed partial class ProviderEvents(GatewayOrigin origin, SignInCompletion completion, Seal seal, IAuditLog log, ILogger<ProviderEvents> logger) : OpenIdConnectEvents
{
    public const string Request = "request";
    public const string Fragment = "fragment";

    /// <summary>A page of the gateway's own to come back to: path and query.</summary>
    public const string Target = "target";

    /// <summary>Marks a second try, in which the provider must ask.</summary>
    public const string Again = "again";

    public override Task RedirectToIdentityProvider(RedirectContext context)
    {
        // Never from a Host header.
        context.ProtocolMessage.RedirectUri = origin.To(SignInPaths.Callback);
        var asked = context.Properties.GetParameter<StepUp>(nameof(StepUp));

        // Of every provider: who knows no such parameter passes over it (OpenID Connect Core section 3.1.2.2), whatever its discovery document says.
        context.ProtocolMessage.SetParameter("claims", ClaimsRequest.Of(asked));
        if (asked is { } stepUp)
        {
            context.ProtocolMessage.AcrValues = stepUp.AuthenticationContext ?? context.ProtocolMessage.AcrValues;
            if (stepUp.NotBefore is not null || context.Properties.Items.ContainsKey(Again))
            {
                context.ProtocolMessage.Prompt = "login";
                context.ProtocolMessage.MaxAge = "0";
            }
        }

        return Task.CompletedTask;
    }

    public override async Task MessageReceived(MessageReceivedContext context)
    {
        // The mix-up of two providers (RFC 9207): an answer that says whom it is from must be from ours.
        if (context.ProtocolMessage.Iss is { Length: > 0 } issuer)
        {
            var configuration = await context.Options.ConfigurationManager!.GetConfigurationAsync(context.HttpContext.RequestAborted);
            if (issuer != configuration.Issuer)
            {
                context.Fail("The answer is from another provider.");
            }
        }
    }

    public override async Task TicketReceived(TicketReceivedContext context)
    {
        context.HandleResponse();
        await completion.CompleteAsync(context.HttpContext, context.Principal!, context.Properties!);
    }

    public override Task TokenValidated(TokenValidatedContext context)
    {
        // For signing out at the provider; it goes to the store with the session, and no further.
        context.Properties!.SetParameter(OpenIdConnectParameterNames.IdToken, context.TokenEndpointResponse?.IdToken ?? context.ProtocolMessage.IdToken);
        return Task.CompletedTask;
    }

    public override Task RemoteFailure(RemoteFailureContext context)
    {
        if (StoreException.Behind(context.Failure) is not null)
        {
            // The gateway's own directory is the provider, and its store is away: it is thrown, and told as everywhere.
            return Task.CompletedTask;
        }

        context.HandleResponse();
        var reference = ExchangeId.Create().ToString();
        var error = context.Failure?.Data["error"] as string;
        LogFailed(reference, PrintableText.Cut(context.Failure?.Message, PrintableText.LineLength) ?? "");
        var (status, reason) = error == "access_denied" || context.Failure is AuthenticationFailureException { Message: "Access was denied by the resource owner or by the remote server." }
            ? (StatusCodes.Status403Forbidden, "sign-in-cancelled")
            : (StatusCodes.Status400BadRequest, "sign-in-failed");
        string? wanted = null;
        context.Properties?.Items.TryGetValue(Request, out wanted);
        log.Write(new AuditEvent
        {
            Kind = AuditKind.SignIn,
            Outcome = reason,
            App = seal.OpenRequest(wanted)?.AppId,
            Address = AuditAddress.Of(context.HttpContext),
            Reference = reference,
            Detail = error,
        });
        return SignInPages.WriteProblemAsync(context.HttpContext, status, reason, reference);
    }

    [LoggerMessage(6103, LogLevel.Information, "Sign-in {Reference} failed: {Reason}")]
    private partial void LogFailed(string reference, string reason);
}
