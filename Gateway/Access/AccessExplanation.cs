using System.Globalization;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Policies;
using AppProxy.Gateway.SignIn;

namespace AppProxy.Gateway.Access;

/// <summary>
/// Tells why somebody may open an app or may not, rule by rule, from the rules as they are written: the compiled form decides, this one
/// explains, and tests hold them to the same outcome.
/// </summary>
internal static class AccessExplanation
{
    /// <returns>The outcome, and a line for each rule.</returns>
    public static (AccessOutcome Outcome, IReadOnlyList<string> Lines) Explain(CatalogueSnapshot snapshot, PublishedApp app, in AccessRequest request)
    {
        var lines = new List<string>();
        if (app.AppRoleAssignmentRequired)
        {
            var assignment = FindAssignment(app, request.User);
            lines.Add(assignment is null
                ? $"assignment: nobody assigned {request.User.UserPrincipalName}, nor a group of theirs"
                : $"assignment: as {assignment.PrincipalType} {assignment.PrincipalId}");
            if (assignment is null)
            {
                return (AccessOutcome.NotAssigned, lines);
            }
        }
        else
        {
            lines.Add("assignment: not required");
        }

        var outcome = AccessOutcome.Granted;
        foreach (var policy in snapshot.Policies.Policies)
        {
            var reason = policy.State == PolicyState.Disabled ? "is disabled" : WhyNotMeant(policy.Conditions, snapshot.Policies.Locations, app, request);
            if (reason is not null)
            {
                lines.Add($"policy {policy.Id}: {reason}");
                continue;
            }

            var effect = EffectOf(policy, request);
            lines.Add($"policy {policy.Id}: {Describe(effect, policy)}{(policy.State == PolicyState.ReportOnly ? " (report-only: no effect)" : "")}");
            if (policy.State == PolicyState.Enabled && effect != AccessOutcome.Granted && outcome != AccessOutcome.Blocked)
            {
                // Whoever is turned away stays so, whatever else is asked.
                outcome = effect;
            }
        }

        return (outcome, lines);
    }

    private static AppRoleAssignment? FindAssignment(PublishedApp app, SignedInUser user) => app.AppRoleAssignedTo.FirstOrDefault(assignment => assignment.PrincipalType switch
    {
        PrincipalType.Group => user.Groups.Contains(assignment.PrincipalId, StringComparer.OrdinalIgnoreCase),
        PrincipalType.ServicePrincipal => user.IsServicePrincipal && user.IsCalled(assignment.PrincipalId),
        _ => !user.IsServicePrincipal && user.IsCalled(assignment.PrincipalId),
    });

    /// <summary>The first condition that does not hold; null when all do.</summary>
    private static string? WhyNotMeant(PolicyConditions conditions, IReadOnlyList<NamedLocation> locations, PublishedApp app, AccessRequest request)
    {
        var user = request.User;
        bool Names(IEnumerable<string> names, params IEnumerable<string> values) => values.Any(value => names.Any(name => name == PolicyConditions.All || name.Equals(value, StringComparison.OrdinalIgnoreCase)));
        bool People(IEnumerable<string> users, IEnumerable<string> groups, IEnumerable<string> roles) => Names(users, user.Id, user.UserPrincipalName) || Names(groups, user.Groups) || Names(roles, user.Roles);
        bool Places(IEnumerable<string> names) => names.Any(name => name == PolicyConditions.All
            || locations.Any(location => (name == PolicyConditions.AllTrusted ? location.IsTrusted : location.Id.Equals(name, StringComparison.OrdinalIgnoreCase)) && location.Contains(request.Address)));

        return !Names(conditions.IncludeApplications, app.Id) ? "is not about this app"
            : Names(conditions.ExcludeApplications, app.Id) ? "leaves this app out"
            : !People(conditions.IncludeUsers, conditions.IncludeGroups, conditions.IncludeRoles) ? "does not mean this person"
            : People(conditions.ExcludeUsers, conditions.ExcludeGroups, conditions.ExcludeRoles) ? "leaves this person out"
            : conditions.Claims.FirstOrDefault(claim => !user.Claims.Any(has => has.Key == claim.Type && Names(claim.Values, has.Value))) is { } missing ? $"asks for another {missing.Type}"
            : conditions.ClientAppTypes is { } clients && !clients.Contains(request.Client) ? $"does not mean clients of the kind {request.Client}"
            : conditions.SignInOlderThan is { } age && request.SignInAge < age ? "means older sign-ins"
            : conditions.IncludeLocations is { } included && !Places(included) ? "does not mean this place"
            : Places(conditions.ExcludeLocations) ? "leaves this place out"
            : null;
    }

    private static AccessOutcome EffectOf(ConditionalAccessPolicy policy, AccessRequest request) =>
        policy.Blocks ? AccessOutcome.Blocked
        : (policy.NeedsTwoSteps && !TwoSteps.Are(request.User)) || request.SignInAge > policy.MaxSignInAge ? AccessOutcome.StepUp
        : AccessOutcome.Granted;

    private static string Describe(AccessOutcome effect, ConditionalAccessPolicy policy) => effect switch
    {
        AccessOutcome.Blocked => "turns them away",
        AccessOutcome.StepUp => "asks for " + string.Join(" and ", ((string?[])
            [
                policy.NeedsTwoSteps ? "two-step verification" : null,
                policy.MaxSignInAge is { } age ? string.Create(CultureInfo.InvariantCulture, $"a sign-in of the last {age}") : null,
            ]).OfType<string>()),
        _ => "is satisfied",
    };
}
