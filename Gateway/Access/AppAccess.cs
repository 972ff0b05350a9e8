using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Policies;
using AppProxy.Gateway.SignIn;

namespace AppProxy.Gateway.Access;

/// <summary>
/// Who may open one app, compiled: what depends on the person alone is found once for each, however many groups they are in; a request then
/// looks at its address, client and age, and only where a policy asks for them.
/// </summary>
internal sealed class AppAccess
{
    private readonly bool _isAssignmentRequired;
    private readonly FrozenSet<string> _assignedUsers;
    private readonly FrozenSet<string> _assignedGroups;
    private readonly FrozenSet<string> _assignedPrograms;
    private readonly CompiledPolicy[] _policies;
    private readonly ConditionalWeakTable<SignedInUser, PersonAccess> _people = [];

    /// <param name="policies">All there are.</param>
    public AppAccess(PublishedApp app, IEnumerable<CompiledPolicy> policies)
    {
        _isAssignmentRequired = app.AppRoleAssignmentRequired;
        _assignedUsers = Assigned(app, PrincipalType.User);
        _assignedGroups = Assigned(app, PrincipalType.Group);
        _assignedPrograms = Assigned(app, PrincipalType.ServicePrincipal);
        _policies = [.. policies.Where(policy => policy.Policy.State != PolicyState.Disabled && policy.IsFor(app))];
        Reports = Array.Exists(_policies, static policy => policy.Policy.State == PolicyState.ReportOnly);
    }

    /// <summary>Whether any policy only reports.</summary>
    public bool Reports { get; }

    /// <param name="reported">Gets what policies in report-only mode would have done.</param>
    public AccessDecision Decide(in AccessRequest request, Action<ConditionalAccessPolicy>? reported = null) =>
        // A delegate is made for those only who are not known yet.
        Decide(_people.TryGetValue(request.User, out var person) ? person : _people.GetValue(request.User, Find), request, reported);

    /// <summary>As <see cref="Decide(in AccessRequest, Action{ConditionalAccessPolicy}?)"/>, for who looks at all apps once in a while: nothing is kept for each, nor reported.</summary>
    public AccessDecision Foresee(in AccessRequest request) => Decide(Find(request.User), request, null);

    private static AccessDecision Decide(PersonAccess person, in AccessRequest request, Action<ConditionalAccessPolicy>? reported)
    {
        if (!person.IsAssigned)
        {
            return new AccessDecision(AccessOutcome.NotAssigned, null, false, null);
        }

        var decision = AccessDecision.Granted;
        foreach (var compiled in person.Policies)
        {
            var policy = compiled.Policy;
            var needsTwoSteps = policy.NeedsTwoSteps && !TwoSteps.Are(request.User);
            var isTooOld = policy.MaxSignInAge is { } most && request.SignInAge > most;
            if (!(policy.Blocks || needsTwoSteps || isTooOld) || !compiled.IsAbout(request))
            {
                continue;
            }

            if (policy.State == PolicyState.ReportOnly)
            {
                reported?.Invoke(policy);
                continue;
            }

            if (policy.Blocks)
            {
                return new AccessDecision(AccessOutcome.Blocked, policy, false, null);
            }

            var age = isTooOld && !(decision.MaxSignInAge <= policy.MaxSignInAge) ? policy.MaxSignInAge : decision.MaxSignInAge;
            decision = new AccessDecision(AccessOutcome.StepUp, decision.Policy ?? policy, decision.NeedsTwoSteps || needsTwoSteps, age);
        }

        return decision;
    }

    private PersonAccess Find(SignedInUser user) => new(
        !_isAssignmentRequired
            || (user.IsServicePrincipal
                ? _assignedPrograms.Contains(user.Id) || _assignedPrograms.Contains(user.UserPrincipalName)
                : _assignedUsers.Contains(user.Id) || _assignedUsers.Contains(user.UserPrincipalName))
            || Array.Exists(user.Groups, _assignedGroups.Contains),
        [.. _policies.Where(policy => policy.Means(user))]);

    private static FrozenSet<string> Assigned(PublishedApp app, PrincipalType type) =>
        app.AppRoleAssignedTo.Where(assignment => assignment.PrincipalType == type).Select(static assignment => assignment.PrincipalId).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private sealed record PersonAccess(bool IsAssigned, CompiledPolicy[] Policies);
}
