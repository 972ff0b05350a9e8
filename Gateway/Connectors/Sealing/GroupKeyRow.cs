using AppProxy.Contracts.Identity.Sealing;

namespace AppProxy.Gateway.Connectors.Sealing;

/// <summary><see cref="GroupKey"/> in the store. Times in milliseconds since 1970.</summary>
internal sealed class GroupKeyRow
{
    public required string ConnectorGroup { get; set; }

    public required int Sequence { get; set; }

    /// <summary>Base64. Secret.</summary>
    public required string Secret { get; set; }

    public required long SealsFrom { get; set; }

    public long? EndsAt { get; set; }

    public static GroupKeyRow From(GroupKey key) => new()
    {
        ConnectorGroup = key.Group,
        Sequence = key.Sequence,
        Secret = key.Secret.Reveal(),
        SealsFrom = key.SealsFrom.ToUnixTimeMilliseconds(),
        EndsAt = key.EndsAt?.ToUnixTimeMilliseconds(),
    };

    public GroupKey ToKey() => new(
        ConnectorGroup,
        Sequence,
        GroupSecret.TryParse(Secret, out var secret) ? secret : throw new FormatException("holds a group's key that is none"),
        DateTimeOffset.FromUnixTimeMilliseconds(SealsFrom),
        EndsAt is { } ends ? DateTimeOffset.FromUnixTimeMilliseconds(ends) : null);
}
