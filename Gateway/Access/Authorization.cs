using AppProxy.Contracts.Frames;
using AppProxy.Gateway.Access.Requests;
using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Policies;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.HandOff;
using AppProxy.Gateway.SignIn.Sessions;

namespace AppProxy.Gateway.Access;

/// <summary>Says for each request whether its caller may open the app now; leads people to a stronger sign-in, and tells everybody else why not.</summary>
internal sealed class Authorization(CatalogueStore catalogue, SignInChallenge challenge, SignInOptions options, IAuditLog log, TimeProvider time, AccessRequestLink? asking = null)
{
    private readonly ReportOnlyLog _reports = new(log);
    private volatile AccessRules _rules = new(CatalogueSnapshot.Empty);

    /// <returns>Whether they may; if not, the request was answered.</returns>
    public ValueTask<bool> AdmitAsync(HttpContext context, PublishedApp app, ICaller caller)
    {
        var decision = Decide(app, caller, context.Connection.RemoteIpAddress);
        return decision.Outcome == AccessOutcome.Granted ? new ValueTask<bool>(true) : RefuseAsync(context, app, caller, decision);
    }

    /// <summary>For what is open already.</summary>
    public AccessDecision Decide(PublishedApp app, ICaller caller, System.Net.IPAddress? address)
    {
        var request = RequestOf(caller, address);
        return RulesNow().For(app) is not { } access ? new AccessDecision(AccessOutcome.NotAssigned, null, false, null)
            : access.Reports ? DecideAndReport(access, request, app, caller)
            : access.Decide(request);
    }

    /// <summary>What would be decided about each app, for a list of them.</summary>
    public IEnumerable<(PublishedApp App, AccessOutcome Outcome)> Foresee(ICaller caller, System.Net.IPAddress? address)
    {
        var rules = RulesNow();
        var request = RequestOf(caller, address);
        foreach (var app in rules.Snapshot.Apps)
        {
            yield return (app, app.ExternalAuthenticationType == ExternalAuthenticationType.Passthru ? AccessOutcome.Granted : rules.For(app)!.Foresee(request).Outcome);
        }
    }

    private AccessRules RulesNow()
    {
        var rules = _rules;
        if (!ReferenceEquals(rules.Snapshot, catalogue.Current))
        {
            _rules = rules = new AccessRules(catalogue.Current);
        }

        return rules;
    }

    private AccessRequest RequestOf(ICaller caller, System.Net.IPAddress? address) =>
        new(caller.User, caller.AuthenticatedAt, address, AccessRequest.ClientOf(caller), time.GetUtcNow());

    private AccessDecision DecideAndReport(AppAccess access, in AccessRequest request, PublishedApp app, ICaller caller)
    {
        var address = request.Address;
        return access.Decide(request, policy => _reports.Report(policy, app, caller, address));
    }

    private async ValueTask<bool> RefuseAsync(HttpContext context, PublishedApp app, ICaller caller, AccessDecision decision)
    {
        if (decision.Outcome == AccessOutcome.StepUp && caller is Session session && Navigation.Is(context))
        {
            log.Write(Event(AuditKind.StepUp, "step-up-required", context, app, caller, decision));
            var notBefore = decision.MaxSignInAge is { } age ? (time.GetUtcNow() - age).ToUnixTimeMilliseconds() : (long?)null;
            await challenge.ChallengeAsync(context, app, session, new StepUp(decision.NeedsTwoSteps ? options.TwoStepsAcr : null, decision.NeedsTwoSteps, notBefore));
            return false;
        }

        var reference = ExchangeId.Create().ToString();
        log.Write(Event(AuditKind.Denial, DeniedResponse.TokenOf(decision.Outcome), context, app, caller, decision) with { Reference = reference });
        await DeniedResponse.WriteAsync(context, app, caller, decision, options.TwoStepsAcr, reference, decision.Outcome == AccessOutcome.NotAssigned && caller is Session ? asking?.To(app) : null);
        return false;
    }

    private static AuditEvent Event(AuditKind kind, string outcome, HttpContext context, PublishedApp app, ICaller caller, AccessDecision decision) => new()
    {
        Kind = kind,
        Outcome = outcome,
        User = caller.User.Id,
        UserName = caller.User.UserPrincipalName,
        App = app.Id,
        Address = AuditAddress.Of(context),
        Policy = decision.Policy?.Id,
    };
}
