using AppProxy.Contracts.Identity;

namespace AppProxy.Gateway.Connectors.Roster;

/// <summary><see cref="ConnectorRecord"/> in the store. Times in milliseconds since 1970, keys as <c>x.y</c>, instances parted by spaces.</summary>
internal sealed class ConnectorRow
{
    public required string Id { get; set; }

    public required string Name { get; set; }

    public required string ConnectorGroup { get; set; }

    public required string PublicKey { get; set; }

    public string? PreviousKey { get; set; }

    public RetiredKeyRow? RetiredKey { get; set; }

    public required string EnrolledWith { get; set; }

    public required long EnrolledAt { get; set; }

    public long? RevokedAt { get; set; }

    public long? BlockedAt { get; set; }

    public required string Instances { get; set; }

    /// <summary>Rises with each change: two at once are done one after the other.</summary>
    public long Revision { get; set; }

    public static ConnectorRow From(ConnectorRecord connector)
    {
        var row = new ConnectorRow
        {
            Id = connector.Id,
            Name = "",
            ConnectorGroup = "",
            PublicKey = "",
            EnrolledWith = connector.EnrolledWith,
            EnrolledAt = connector.EnrolledAt.ToUnixTimeMilliseconds(),
            Instances = "",
        };
        row.Take(connector);
        return row;
    }

    public void Take(ConnectorRecord connector)
    {
        Name = connector.Name;
        ConnectorGroup = connector.Group;
        PublicKey = Write(connector.Key);
        PreviousKey = connector.PreviousKey is { } previous ? Write(previous) : null;
        if (connector.RetiredKey is { } retired)
        {
            // The same row: one that is tracked makes no room for another of its id.
            (RetiredKey ??= new RetiredKeyRow { ConnectorId = Id, PublicKey = "" }).PublicKey = Write(retired);
        }
        else
        {
            RetiredKey = null;
        }

        RevokedAt = connector.RevokedAt?.ToUnixTimeMilliseconds();
        BlockedAt = connector.BlockedAt?.ToUnixTimeMilliseconds();
        Instances = string.Join(' ', connector.Instances);
    }

    public ConnectorRecord ToRecord() => new()
    {
        Id = Id,
        Name = Name,
        Group = ConnectorGroup,
        Key = Read(PublicKey),
        PreviousKey = PreviousKey is { } previous ? Read(previous) : null,
        RetiredKey = RetiredKey is { } retired ? Read(retired.PublicKey) : null,
        EnrolledWith = EnrolledWith,
        EnrolledAt = DateTimeOffset.FromUnixTimeMilliseconds(EnrolledAt),
        RevokedAt = RevokedAt is { } revoked ? DateTimeOffset.FromUnixTimeMilliseconds(revoked) : null,
        BlockedAt = BlockedAt is { } blocked ? DateTimeOffset.FromUnixTimeMilliseconds(blocked) : null,
        Instances = Instances.Split(' ', StringSplitOptions.RemoveEmptyEntries),
    };

    private static string Write(PublicPoint key) => $"{key.X}.{key.Y}";

    private static PublicPoint Read(string key) => key.Split('.') is [var x, var y] ? new PublicPoint(x, y) : throw new FormatException("holds a connector's key that is none");
}
