using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Gateway.Access;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Certificates;
using AppProxy.Gateway.Relay;
using AppProxy.Gateway.Relay.Origin;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.HandOff;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.Http.Features;

namespace AppProxy.Gateway.Hosting;

/// <summary>The one place that decides the order of things for a request that arrives.</summary>
internal sealed partial class RequestPipeline(
    CatalogueStore catalogue, ClientOriginReader origin, RelayForwarder forwarder, OwnHost ownHost, IServiceProvider services, ILogger<RequestPipeline> logger)
{
    /// <summary>The only path that is ours on an app's host (DESIGN.md section 6).</summary>
    private static readonly PathString Reserved = new("/.appproxy");

    private readonly AcmeChallenges? _challenges = services.GetService<AcmeChallenges>();
    private readonly HttpsRedirect? _redirect = services.GetService<HttpsRedirect>();
    private readonly HandOffEndpoint? _handOff = services.GetService<HandOffEndpoint>();
    private readonly Authorization? _authorization = services.GetService<Authorization>();
    private readonly PreAuthentication? _preAuthentication = services.GetService<PreAuthentication>();

    public Task InvokeAsync(HttpContext context)
    {
        // 1. Refuse what could be read in two ways.
        var request = context.Request;
        if (!RequestHead.IsClear(context))
        {
            return RequestHead.RefuseAsync(context);
        }

        // 2. Know the client behind trusted proxies.
        origin.Apply(context);

        if (_challenges?.TryAnswer(context) is { } challenge)
        {
            return challenge;
        }

        // 3. Match: which app is meant. What no app claims may be one's that is published under https, and else is the gateway's own host.
        var snapshot = catalogue.Current;
        if (!snapshot.Matcher.TryMatch(request.Scheme, request.Host, request.Path.Value, out var app, out var guard))
        {
            return _redirect?.TryAnswer(context, snapshot) ?? AnswerAsync(context, null, ownHost.InvokeAsync(context));
        }

        // Nobody gets by one app to another that asks for sign-in.
        if (guard?.IsInDoubt(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, app) == true)
        {
            return OwnHost.NotFoundAsync(context);
        }

        if (request.Path.StartsWithSegments(Reserved, StringComparison.OrdinalIgnoreCase))
        {
            return _handOff?.TryInvoke(context, app) is { } end ? AnswerAsync(context, app, end) : OwnHost.NotFoundAsync(context);
        }

        // Out of order on purpose, or asked by a crawler: nobody has to sign in for that.
        if (AppStandIn.TryAnswer(context, app) is { } answer)
        {
            return answer;
        }

        return app.ExternalAuthenticationType == ExternalAuthenticationType.Passthru
            ? forwarder.ForwardAsync(context, app, snapshot)
            : ForwardSignedInAsync(context, app, snapshot);
    }

    private Task ForwardSignedInAsync(HttpContext context, PublishedApp app, CatalogueSnapshot snapshot)
    {
        // 4. Pre-authenticate. Without a provider the catalogue refuses apps that ask for it; this is the second lock on that door.
        if (_preAuthentication is null)
        {
            return FailureResponse.WriteAsync(context, app, FailureMap.Get(ExchangeFailure.GatewayError), default);
        }

        // Who is known and may pass, as nearly everybody, pays for no waiting.
        var finding = _preAuthentication.AuthenticateAsync(context, app);
        if (!finding.IsCompletedSuccessfully)
        {
            return ForwardFoundAsync(context, app, snapshot, finding);
        }

        return finding.Result is { } caller ? ForwardAsync(context, app, snapshot, caller) : Task.CompletedTask;
    }

    private Task ForwardAsync(HttpContext context, PublishedApp app, CatalogueSnapshot snapshot, ICaller caller)
    {
        // 5. Authorize.
        var admission = _authorization!.AdmitAsync(context, app, caller);
        if (!admission.IsCompletedSuccessfully)
        {
            return ForwardAdmittedAsync(context, app, snapshot, caller, admission);
        }

        // 6. Relay.
        return admission.Result ? forwarder.ForwardAsync(context, app, snapshot, caller) : Task.CompletedTask;
    }

    private async Task ForwardFoundAsync(HttpContext context, PublishedApp app, CatalogueSnapshot snapshot, ValueTask<ICaller?> finding)
    {
        ICaller? caller;
        try
        {
            caller = await finding;
        }
        catch (Exception failure) when (StoreAway(context, failure) is { } away)
        {
            await RefuseForStoreAsync(context, app, away);
            return;
        }

        if (caller is not null)
        {
            await ForwardAsync(context, app, snapshot, caller);
        }
    }

    private async Task ForwardAdmittedAsync(HttpContext context, PublishedApp app, CatalogueSnapshot snapshot, ICaller caller, ValueTask<bool> admission)
    {
        try
        {
            if (!await admission)
            {
                return;
            }
        }
        catch (Exception failure) when (StoreAway(context, failure) is { } away)
        {
            await RefuseForStoreAsync(context, app, away);
            return;
        }

        await forwarder.ForwardAsync(context, app, snapshot, caller);
    }

    /// <summary>What is ours, on an app's host or on our own.</summary>
    /// <param name="app">Null on our own.</param>
    private async Task AnswerAsync(HttpContext context, PublishedApp? app, Task answer)
    {
        try
        {
            await answer;
        }
        catch (Exception failure) when (StoreAway(context, failure) is { } away)
        {
            await RefuseForStoreAsync(context, app, away);
        }
    }

    /// <summary>Sessions, codes and kept forms are in the store: without it nobody is let in, and everybody is told the same.</summary>
    private static StoreException? StoreAway(HttpContext context, Exception failure) => context.Response.HasStarted ? null : StoreException.Behind(failure);

    private Task RefuseForStoreAsync(HttpContext context, PublishedApp? app, StoreException away)
    {
        var reference = ExchangeId.Create();
        LogStoreAway(reference, app?.Id ?? "", away.Message);
        return FailureResponse.WriteAsync(context, app, FailureMap.Get(ExchangeFailure.StoreUnavailable), reference);
    }

    [LoggerMessage(3011, LogLevel.Warning, "Request {Reference} for app '{App}' was refused with 503, because the store could not be asked: {Reason}")]
    private partial void LogStoreAway(ExchangeId reference, string app, string reason);
}
