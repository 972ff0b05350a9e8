using System.Net;
using AppProxy.Gateway.Catalogue.Policies;

namespace AppProxy.Gateway.Catalogue.Reading.Policies;

/// <summary>Checks policies and named locations: a rule that would not do what its author meant must not look as if it did.</summary>
internal sealed class PoliciesReader(IReadOnlyCollection<string> appIds, Findings findings)
{
    private const int LongestNames = 1000;

    private static readonly TimeSpan EveryTime = TimeSpan.FromMinutes(5);

    public AccessPolicies Read(List<ConditionalAccessPolicyDocument>? policies, List<NamedLocationDocument>? locations)
    {
        var known = new List<NamedLocation>();
        var ids = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var index = 0; index < (locations?.Count ?? 0); index++)
        {
            if (ReadLocation(locations![index], $"$.namedLocations[{index}]") is { } location && IsNew(location.Id, ids, $"$.namedLocations[{index}]"))
            {
                known.Add(location);
            }
        }

        var rules = new List<ConditionalAccessPolicy>();
        ids.Clear();
        for (var index = 0; index < (policies?.Count ?? 0); index++)
        {
            var path = $"$.conditionalAccessPolicies[{index}]";
            if (ReadPolicy(policies![index], path, known) is { } policy && IsNew(policy.Id, ids, path))
            {
                rules.Add(policy);
            }
        }

        return new AccessPolicies(new EquatableList<ConditionalAccessPolicy>(rules), new EquatableList<NamedLocation>(known));
    }

    private bool IsNew(string id, HashSet<string> ids, string path)
    {
        if (ids.Add(id))
        {
            return true;
        }

        findings.Problem(path + ".id", $"'{id}' is given twice: keep one");
        return false;
    }

    private NamedLocation? ReadLocation(NamedLocationDocument? document, string path)
    {
        if (!IsNamed(document?.Id, document?.DisplayName, path))
        {
            return null;
        }

        var networks = new List<IPNetwork>();
        for (var index = 0; index < (document!.IpRanges?.Count ?? 0); index++)
        {
            if (IPNetwork.TryParse(document.IpRanges![index]?.CidrAddress, out var network))
            {
                networks.Add(network);
            }
            else
            {
                findings.Problem($"{path}.ipRanges[{index}].cidrAddress", "must be a network, such as 192.0.2.0/24 or 2001:db8::/32");
            }
        }

        if (document.IpRanges is not { Count: > 0 })
        {
            findings.Problem(path + ".ipRanges", "is empty: a location without networks is nowhere");
        }

        return new NamedLocation(document.Id!, document.DisplayName!, document.IsTrusted ?? false, new EquatableList<IPNetwork>(networks));
    }

    private ConditionalAccessPolicy? ReadPolicy(ConditionalAccessPolicyDocument? document, string path, List<NamedLocation> locations)
    {
        if (!IsNamed(document?.Id, document?.DisplayName, path))
        {
            return null;
        }

        PolicyState? state = document!.State switch
        {
            "enabled" => PolicyState.Enabled,
            "disabled" => PolicyState.Disabled,
            "enabledForReportingButNotEnforced" => PolicyState.ReportOnly,
            _ => null,
        };
        if (state is null)
        {
            findings.Problem(path + ".state", "must be enabled, disabled or enabledForReportingButNotEnforced");
        }

        if (document.Conditions?.Users is not { } users || document.Conditions.Applications is not { } apps)
        {
            findings.Problem(path + ".conditions", "must say who and what is meant: users and applications");
            return null;
        }

        var conditions = ReadConditions(document.Conditions, users, apps, path + ".conditions", locations);
        var controls = document.GrantControls?.BuiltInControls ?? [];
        foreach (var control in controls.Where(static control => control is not ("block" or "mfa")))
        {
            findings.Problem(path + ".grantControls.builtInControls", $"'{control}' cannot be told here: block and mfa can");
        }

        var age = ReadFrequency(document.SessionControls?.SignInFrequency, path + ".sessionControls.signInFrequency");
        if (controls.Contains("block") && (controls.Count > 1 || age is not null))
        {
            findings.Problem(path + ".grantControls.builtInControls", "block stands alone: who is turned away is asked for nothing else");
        }

        if (controls.Count == 0 && age is null)
        {
            findings.Problem(path + ".grantControls", "asks for nothing: give builtInControls (block, mfa), or sessionControls.signInFrequency");
        }

        return new ConditionalAccessPolicy
        {
            Id = document.Id!,
            DisplayName = document.DisplayName!,
            State = state ?? PolicyState.Enabled,
            Conditions = conditions,
            Blocks = controls.Contains("block"),
            NeedsTwoSteps = controls.Contains("mfa"),
            MaxSignInAge = age,
        };
    }

    private PolicyConditions ReadConditions(ConditionsDocument document, UsersConditionDocument users, ApplicationsConditionDocument apps, string path, List<NamedLocation> locations)
    {
        var conditions = new PolicyConditions
        {
            IncludeUsers = Names(users.IncludeUsers, path + ".users.includeUsers"),
            ExcludeUsers = Names(users.ExcludeUsers, path + ".users.excludeUsers"),
            IncludeGroups = Names(users.IncludeGroups, path + ".users.includeGroups"),
            ExcludeGroups = Names(users.ExcludeGroups, path + ".users.excludeGroups"),
            IncludeRoles = Names(users.IncludeRoles, path + ".users.includeRoles"),
            ExcludeRoles = Names(users.ExcludeRoles, path + ".users.excludeRoles"),
            IncludeApplications = Names(apps.IncludeApplications, path + ".applications.includeApplications"),
            ExcludeApplications = Names(apps.ExcludeApplications, path + ".applications.excludeApplications"),
            IncludeLocations = document.Locations?.IncludeLocations is { } included ? Names(included, path + ".locations.includeLocations") : null,
            ExcludeLocations = Names(document.Locations?.ExcludeLocations, path + ".locations.excludeLocations"),
            ClientAppTypes = ReadClients(document.ClientAppTypes, path + ".clientAppTypes"),
            Claims = ReadClaims(document.Relay?.Claims, path + ".relay.claims"),
            SignInOlderThan = Durations.Read(document.Relay?.SignInOlderThan, TimeSpan.Zero, TimeSpan.FromDays(365), path + ".relay.signInOlderThan", findings),
        };
        if (conditions.IncludeUsers.Count + conditions.IncludeGroups.Count + conditions.IncludeRoles.Count == 0)
        {
            findings.Problem(path + ".users", "means nobody: give includeUsers (All, or ids), includeGroups or includeRoles");
        }

        if (conditions.IncludeApplications.Count == 0)
        {
            findings.Problem(path + ".applications.includeApplications", "means no app: give All, or ids");
        }

        foreach (var id in conditions.IncludeApplications.Concat(conditions.ExcludeApplications).Where(id => id != PolicyConditions.All && !appIds.Contains(id, StringComparer.OrdinalIgnoreCase)))
        {
            findings.Problem(path + ".applications", $"'{id}' is the id of no app.{ClosestName.Suggest(id, appIds)}");
        }

        foreach (var id in (conditions.IncludeLocations ?? EquatableList<string>.Empty).Concat(conditions.ExcludeLocations)
            .Where(id => id is not (PolicyConditions.All or PolicyConditions.AllTrusted) && !locations.Exists(location => location.Id.Equals(id, StringComparison.OrdinalIgnoreCase))))
        {
            findings.Problem(path + ".locations", $"'{id}' is the id of no location in namedLocations.{ClosestName.Suggest(id, locations.Select(static location => location.Id))}");
        }

        return conditions;
    }

    private EquatableList<ClientAppType>? ReadClients(List<string>? documents, string path)
    {
        if (documents is null || documents.Contains("all"))
        {
            return null;
        }

        var found = new List<ClientAppType>();
        foreach (var client in documents)
        {
            switch (client)
            {
                case "browser":
                    found.Add(ClientAppType.Browser);
                    break;
                case "mobileAppsAndDesktopClients":
                    found.Add(ClientAppType.MobileAppsAndDesktopClients);
                    break;
                case "other":
                    found.Add(ClientAppType.Other);
                    break;
                default:
                    findings.Problem(path, $"'{client}' must be all, browser, mobileAppsAndDesktopClients or other");
                    break;
            }
        }

        return new EquatableList<ClientAppType>(found);
    }

    private EquatableList<ClaimCondition> ReadClaims(List<ClaimConditionDocument>? documents, string path)
    {
        var found = new List<ClaimCondition>();
        for (var index = 0; index < (documents?.Count ?? 0); index++)
        {
            if (documents![index] is { Type.Length: > 0, Values.Count: > 0 } document)
            {
                found.Add(new ClaimCondition(document.Type, Names(document.Values, $"{path}[{index}].values")));
            }
            else
            {
                findings.Problem($"{path}[{index}]", "must have a type and values");
            }
        }

        return new EquatableList<ClaimCondition>(found);
    }

    private TimeSpan? ReadFrequency(SignInFrequencyDocument? document, string path)
    {
        if (document is null || document.IsEnabled == false)
        {
            return null;
        }

        if (document.FrequencyInterval == "everyTime")
        {
            return EveryTime;
        }

        if (document is { Value: > 0 and <= 365, Type: "hours" or "days" })
        {
            return document.Type == "hours" ? TimeSpan.FromHours(document.Value.Value) : TimeSpan.FromDays(document.Value.Value);
        }

        findings.Problem(path, "must have a value of 1 to 365 and a type, hours or days; or the frequencyInterval everyTime");
        return null;
    }

    private EquatableList<string> Names(List<string>? names, string path)
    {
        if (names?.Count > LongestNames || names?.Exists(string.IsNullOrWhiteSpace) == true)
        {
            findings.Problem(path, $"must be {LongestNames} names at most, and none of them empty");
        }

        return new EquatableList<string>(names?.OfType<string>() ?? []);
    }

    private bool IsNamed(string? id, string? displayName, string path)
    {
        if (id is not null && AppId.IsValid(id) && !string.IsNullOrWhiteSpace(displayName))
        {
            return true;
        }

        findings.Problem(path, $"must be an object with a displayName and an id, which is {AppId.Rule}");
        return false;
    }
}
