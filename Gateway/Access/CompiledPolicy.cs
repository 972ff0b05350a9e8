using System.Collections.Frozen;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Policies;
using AppProxy.Gateway.SignIn;

namespace AppProxy.Gateway.Access;

/// <summary>A policy with its lists as sets and its locations as networks.</summary>
internal sealed class CompiledPolicy
{
    private readonly Names _users;
    private readonly Names _excludedUsers;
    private readonly Names _groups;
    private readonly Names _excludedGroups;
    private readonly Names _roles;
    private readonly Names _excludedRoles;
    private readonly Names _apps;
    private readonly Names _excludedApps;
    private readonly Places? _places;
    private readonly Places _excludedPlaces;
    private readonly ClientAppType[]? _clients;
    private readonly (string Type, Names Values)[] _claims;
    private readonly TimeSpan? _olderThan;

    public CompiledPolicy(ConditionalAccessPolicy policy, IReadOnlyList<NamedLocation> locations)
    {
        Policy = policy;
        var conditions = policy.Conditions;
        _users = new Names(conditions.IncludeUsers);
        _excludedUsers = new Names(conditions.ExcludeUsers);
        _groups = new Names(conditions.IncludeGroups);
        _excludedGroups = new Names(conditions.ExcludeGroups);
        _roles = new Names(conditions.IncludeRoles);
        _excludedRoles = new Names(conditions.ExcludeRoles);
        _apps = new Names(conditions.IncludeApplications);
        _excludedApps = new Names(conditions.ExcludeApplications);
        _places = conditions.IncludeLocations is { } included ? new Places(included, locations) : null;
        _excludedPlaces = new Places(conditions.ExcludeLocations, locations);
        _clients = conditions.ClientAppTypes is { } clients ? [.. clients] : null;
        _claims = [.. conditions.Claims.Select(static claim => (claim.Type, new Names(claim.Values)))];
        _olderThan = conditions.SignInOlderThan;
    }

    public ConditionalAccessPolicy Policy { get; }

    public bool IsFor(PublishedApp app) => _apps.Has(app.Id) && !_excludedApps.Has(app.Id);

    /// <summary>What depends on the person alone.</summary>
    public bool Means(SignedInUser user) =>
        (_users.Has(user.Id) || _users.Has(user.UserPrincipalName) || _groups.HasAny(user.Groups) || _roles.HasAny(user.Roles))
        && !(_excludedUsers.Has(user.Id) || _excludedUsers.Has(user.UserPrincipalName) || _excludedGroups.HasAny(user.Groups) || _excludedRoles.HasAny(user.Roles))
        && Array.TrueForAll(_claims, condition => Array.Exists(user.Claims, claim => claim.Key == condition.Type && condition.Values.Has(claim.Value)));

    /// <summary>What depends on the request.</summary>
    public bool IsAbout(in AccessRequest request) =>
        (_clients is null || _clients.AsSpan().Contains(request.Client))
        && (_olderThan is not { } age || request.SignInAge >= age)
        && (_places?.Contain(request.Address) ?? true)
        && !_excludedPlaces.Contain(request.Address);

    private readonly struct Names(IEnumerable<string> names)
    {
        private readonly FrozenSet<string> _names = names.Where(static name => name != PolicyConditions.All).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        private readonly bool _isAll = names.Contains(PolicyConditions.All);

        public bool Has(string name) => _isAll || _names.Contains(name);

        public bool HasAny(string[] names) => Array.Exists(names, Has);
    }

    private sealed class Places(IReadOnlyCollection<string> names, IReadOnlyList<NamedLocation> locations)
    {
        private readonly bool _isAll = names.Contains(PolicyConditions.All);
        private readonly NamedLocation[] _locations =
            [.. locations.Where(location => names.Contains(location.Id, StringComparer.OrdinalIgnoreCase) || (location.IsTrusted && names.Contains(PolicyConditions.AllTrusted)))];

        public bool Contain(System.Net.IPAddress? address)
        {
            if (_isAll)
            {
                return true;
            }

            foreach (var location in _locations)
            {
                if (location.Contains(address))
                {
                    return true;
                }
            }

            return false;
        }
    }
}
