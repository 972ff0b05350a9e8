using AppProxy.Contracts.Identity;

namespace AppProxy.Gateway.Connectors.Roster;

/// <summary>An enrolled connector, as it is kept.</summary>
internal sealed record ConnectorRecord
{
    /// <summary>As many process starts as are remembered, to recognise one that comes back after another took its place.</summary>
    public const int MaxInstances = 8;

    public required string Id { get; init; }

    /// <summary>Unique, also without regard to case; one that is revoked or blocked makes room when another comes by its name, and has another one from then on.</summary>
    public required string Name { get; init; }

    public required string Group { get; init; }

    public required PublicPoint Key { get; init; }

    /// <summary>The key before, good until the one above is used for the first time: the answer to its change may have been lost.</summary>
    public PublicPoint? PreviousKey { get; init; }

    /// <summary>The key that was replaced last: good for nothing, but who signs with it has a copy of what the connector kept.</summary>
    public PublicPoint? RetiredKey { get; init; }

    /// <summary>Id of the one-time token.</summary>
    public required string EnrolledWith { get; init; }

    public required DateTimeOffset EnrolledAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Since when its key counts as copied; ended by enrolling again.</summary>
    public DateTimeOffset? BlockedAt { get; init; }

    /// <summary>Process starts that used the key, the present one first.</summary>
    public IReadOnlyList<string> Instances { get; init; } = [];

    /// <summary>Whether it may do anything.</summary>
    public bool IsActive => RevokedAt is null && BlockedAt is null;
}
