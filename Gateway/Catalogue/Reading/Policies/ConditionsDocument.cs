using System.ComponentModel.DataAnnotations;

namespace AppProxy.Gateway.Catalogue.Reading.Policies;

/// <summary>Graph's <c>conditionalAccessConditionSet</c>, as far as a gateway can tell; what Graph has no name for is in <c>relay</c>.</summary>
internal sealed class ConditionsDocument
{
    [Required]
    public UsersConditionDocument? Users { get; set; }

    [Required]
    public ApplicationsConditionDocument? Applications { get; set; }

    public LocationsConditionDocument? Locations { get; set; }

    public List<string>? ClientAppTypes { get; set; }

    public RelayConditionsDocument? Relay { get; set; }
}

/// <summary>Graph's <c>conditionalAccessUsers</c>.</summary>
internal sealed class UsersConditionDocument
{
    public List<string>? IncludeUsers { get; set; }

    public List<string>? ExcludeUsers { get; set; }

    public List<string>? IncludeGroups { get; set; }

    public List<string>? ExcludeGroups { get; set; }

    public List<string>? IncludeRoles { get; set; }

    public List<string>? ExcludeRoles { get; set; }
}

/// <summary>Graph's <c>conditionalAccessApplications</c>.</summary>
internal sealed class ApplicationsConditionDocument
{
    public List<string>? IncludeApplications { get; set; }

    public List<string>? ExcludeApplications { get; set; }
}

/// <summary>Graph's <c>conditionalAccessLocations</c>.</summary>
internal sealed class LocationsConditionDocument
{
    public List<string>? IncludeLocations { get; set; }

    public List<string>? ExcludeLocations { get; set; }
}

/// <summary>Conditions that Graph has no name for.</summary>
internal sealed class RelayConditionsDocument
{
    /// <summary>All of them, each with one of its values.</summary>
    public List<ClaimConditionDocument>? Claims { get; set; }

    /// <summary>A duration: sign-ins at least so old are meant.</summary>
    public string? SignInOlderThan { get; set; }
}

/// <summary>A claim of the provider's.</summary>
internal sealed class ClaimConditionDocument
{
    [Required]
    public string? Type { get; set; }

    [Required]
    public List<string>? Values { get; set; }
}
