using AppProxy.Contracts.Identity;
using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Gateway.Catalogue.Storage;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Gateway.Connectors.Sealing;
using AppProxy.Gateway.Storage;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Connectors;

/// <summary>A backup brings an older state of the store back, and nobody's rights.</summary>
[TestFixture(StoreKind.Sqlite)]
[TestFixture(StoreKind.PostgreSql)]
internal sealed class KeptRevocationsTests(StoreKind kind) : StoreTest(kind)
{
    private ConnectorDatabase Connectors => new(Connection, Time);

    private StoreGroupKeyVault Keys => new(Connection);

    [Test, CancelAfter(Guard)]
    public async Task Who_lost_its_rights_since_does_not_get_them_back(CancellationToken cancellation)
    {
        await PrepareAsync(cancellation);
        var (berlin, paris, oslo) = (await EnrollAsync("berlin", cancellation), await EnrollAsync("paris", cancellation), await EnrollAsync("oslo", cancellation));
        await RevokeAsync(oslo, cancellation);
        var backup = await BackUpAsync(cancellation);
        await RevokeAsync(berlin, cancellation);
        await BlockAsync(paris, cancellation);
        var rome = await EnrollAsync("rome", cancellation);
        await Connectors.UpdateAsync(rome.Id, static other => other with { RetiredKey = other.Key }, cancellation);
        await RevokeAsync(rome, cancellation);
        await EnrollAsync("tokyo", cancellation);

        var kept = await RestoreAsync(backup, cancellation);

        kept.IsStoreKnown.Should().BeTrue();
        kept.Connectors.Should().BeEquivalentTo("berlin", "paris", "rome");
        var after = (await Connectors.ListAsync(cancellation)).ToDictionary(connector => connector.Name);
        after.Keys.Should().BeEquivalentTo("berlin", "oslo", "paris", "rome");
        after["berlin"].RevokedAt.Should().NotBeNull();
        after["paris"].BlockedAt.Should().NotBeNull();
        after["paris"].RevokedAt.Should().BeNull();
        after["rome"].RevokedAt.Should().NotBeNull();
        after["rome"].RetiredKey.Should().Be(rome.Key);
        (await Connectors.FindTokenAsync("t", cancellation))!.UsesLeft.Should().Be(5, "a token that was used is not new again");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_name_that_the_backup_gives_to_another_is_not_taken_from_it(CancellationToken cancellation)
    {
        await PrepareAsync(cancellation);
        var first = await EnrollAsync("berlin", cancellation);
        var backup = await BackUpAsync(cancellation);
        await RevokeAsync(first, cancellation);
        var second = await EnrollAsync("berlin", cancellation);
        await RevokeAsync(second, cancellation);

        await RestoreAsync(backup, cancellation);

        (await Connectors.ListAsync(cancellation)).Should().OnlyHaveUniqueItems(connector => connector.Name).And.NotContain(connector => connector.Id == second.Id && connector.IsActive);
        (await Connectors.FindAsync(second.Id, cancellation))!.RevokedAt.Should().NotBeNull();
    }

    [Test, CancelAfter(Guard)]
    public async Task A_group_s_key_that_was_changed_stays_changed(CancellationToken cancellation)
    {
        await PrepareAsync(cancellation);
        await Keys.TryAddAsync(Key("eu", 1), Time.GetUtcNow(), cancellation);
        await Keys.TryAddAsync(Key("us", 1), Time.GetUtcNow(), cancellation);
        var backup = await BackUpAsync(cancellation);
        var next = Key("eu", 2);
        await Keys.TryAddAsync(next, Time.GetUtcNow(), cancellation);

        await RestoreAsync(backup, cancellation);

        var keys = await Keys.ReadAsync(cancellation);
        keys.Select(key => (key.Group, key.Sequence)).Should().Equal(("eu", 1), ("eu", 2), ("us", 1));
        keys[0].EndsAt.Should().NotBeNull();
        keys[1].Secret.Id.Should().Be(next.Secret.Id);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_new_store_says_that_it_knows_nothing_of_it(CancellationToken cancellation)
    {
        await PrepareAsync(cancellation);
        await EnrollAsync("berlin", cancellation);
        var backup = await BackUpAsync(cancellation);
        var other = StoreConnection.Parse(await StoreServers.CreateAsync(Kind, cancellation));

        var kept = await RestoreAsync(backup, cancellation, other);

        kept.IsStoreKnown.Should().BeFalse();
        (await new ConnectorDatabase(other, Time).ListAsync(cancellation)).Should().ContainSingle(connector => connector.IsActive);
    }

    private async Task PrepareAsync(CancellationToken cancellation)
    {
        await StoreSchema.UpgradeAsync(Connection, cancellation);
        await Connectors.AddTokenAsync(new EnrollmentTokenRecord("t", "verifier", "default", Time.GetUtcNow().AddMinutes(1), 10), cancellation);
    }

    private async Task<ConnectorRecord> EnrollAsync(string name, CancellationToken cancellation) => (await Connectors.EnrollAsync(
        "t",
        new ConnectorRecord
        {
            Id = Guid.NewGuid().ToString(),
            Name = name,
            Group = "default",
            Key = new PublicPoint("x", "y"),
            EnrolledWith = "t",
            EnrolledAt = DateTimeOffset.UnixEpoch,
        },
        cancellation))!;

    private Task<ConnectorRecord?> RevokeAsync(ConnectorRecord connector, CancellationToken cancellation)
        => Connectors.UpdateAsync(connector.Id, other => other with { RevokedAt = Time.GetUtcNow() }, cancellation);

    private Task<ConnectorRecord?> BlockAsync(ConnectorRecord connector, CancellationToken cancellation)
        => Connectors.UpdateAsync(connector.Id, other => other with { BlockedAt = Time.GetUtcNow() }, cancellation);

    private GroupKey Key(string group, int sequence) => new(group, sequence, GroupSecret.Create(), Time.GetUtcNow(), null);

    private async Task<byte[]> BackUpAsync(CancellationToken cancellation)
    {
        using var content = new MemoryStream();
        await new StoreBackup(Connection).WriteAsync(content, cancellation);
        return content.ToArray();
    }

    private async Task<KeptRevocations> RestoreAsync(byte[] backup, CancellationToken cancellation, StoreConnection? into = null)
    {
        var (connection, kept) = (into ?? Connection, new KeptRevocations());
        await new StoreBackup(connection).RestoreAsync(
            backup, "backup.json", (context, replace) => new CatalogueDatabase(connection, Time).ReplaceAsync(context, () => kept.KeepAsync(context, replace, cancellation)), cancellation);
        return kept;
    }
}
