using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Gateway.Storage;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Connectors;

[TestFixture(StoreKind.Sqlite, false)]
[TestFixture(StoreKind.PostgreSql, false)]
[TestFixture(StoreKind.Sqlite, true)]
internal sealed class ConnectorStoreTests(StoreKind kind, bool isInMemory) : StoreTest(kind)
{
    private readonly MemoryConnectorStore _memory = new();

    [Test, CancelAfter(Guard)]
    public async Task What_is_kept_comes_back(CancellationToken cancellation)
    {
        var store = await OpenAsync(cancellation);
        var connector = (await store.EnrollAsync("t", Connector("berlin"), cancellation))!;
        var changed = connector with { PreviousKey = connector.Key, Key = new PublicPoint("x2", "y2"), RetiredKey = new PublicPoint("x0", "y0"), BlockedAt = Time.GetUtcNow(), Instances = ["new", "old"] };

        await store.UpdateAsync(connector.Id, _ => changed, cancellation);

        (await store.FindAsync(connector.Id, cancellation)).Should().BeEquivalentTo(changed);
        (await store.ListAsync(cancellation)).Should().ContainSingle().Which.Should().BeEquivalentTo(changed);
        (await store.ListShutOutAsync(cancellation)).Should().ContainSingle();
        (await store.FindAsync("nobody", cancellation)).Should().BeNull();
        (await store.UpdateAsync("nobody", other => other, cancellation)).Should().BeNull();
        (await store.FindTokenAsync("nothing", cancellation)).Should().BeNull();
    }

    [Test, CancelAfter(Guard)]
    public async Task A_token_is_used_up_by_as_many_as_it_is_for(CancellationToken cancellation)
    {
        var store = await OpenAsync(cancellation, uses: 3);

        var enrolled = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => store.EnrollAsync("t", Connector("berlin"), cancellation), cancellation)));

        enrolled.OfType<ConnectorRecord>().Select(connector => connector.Name).Should().BeEquivalentTo("berlin", "berlin-2", "berlin-3");
        (await store.FindTokenAsync("t", cancellation))!.UsesLeft.Should().Be(0);
    }

    [Test, CancelAfter(Guard)]
    public async Task Changes_at_once_are_all_made(CancellationToken cancellation)
    {
        var store = await OpenAsync(cancellation);
        var connector = (await store.EnrollAsync("t", Connector("berlin"), cancellation))!;

        await Task.WhenAll(Enumerable.Range(0, 4).Select(number => Task.Run(
            () => store.UpdateAsync(connector.Id, other => other with { Instances = [.. other.Instances, $"i{number}"] }, cancellation), cancellation)));

        (await store.FindAsync(connector.Id, cancellation))!.Instances.Should().BeEquivalentTo("i0", "i1", "i2", "i3");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_connector_without_rights_makes_room_for_its_name([Values] bool isRevoked, CancellationToken cancellation)
    {
        var store = await OpenAsync(cancellation, uses: 2);
        var first = (await store.EnrollAsync("t", Connector("berlin"), cancellation))!;
        await store.UpdateAsync(first.Id, other => isRevoked ? other with { RevokedAt = Time.GetUtcNow() } : other with { BlockedAt = Time.GetUtcNow() }, cancellation);

        (await store.EnrollAsync("t", Connector("Berlin"), cancellation))!.Name.Should().Be("Berlin");

        // Its tokens and keys are good for a while still, and a gateway that starts now must know.
        var kept = (await store.FindAsync(first.Id, cancellation))!;
        kept.IsActive.Should().BeFalse();
        kept.Name.Should().Be($"berlin~{first.Id}");
        var shutOut = new ShutOutConnectors();
        using var watch = new ConnectorWatch(store, shutOut, Time, NullLogger<ConnectorWatch>.Instance);
        await watch.LookAsync(cancellation);
        shutOut.Contains(first.Id).Should().BeTrue();
    }

    [Test, CancelAfter(Guard)]
    public async Task Case_makes_no_other_name(CancellationToken cancellation)
    {
        var store = await OpenAsync(cancellation, uses: 3);

        (await store.EnrollAsync("t", Connector("Berlin"), cancellation))!.Name.Should().Be("Berlin");
        (await store.EnrollAsync("t", Connector("berlin"), cancellation))!.Name.Should().Be("berlin-2");
        (await store.EnrollAsync("t", Connector("BERLIN"), cancellation))!.Name.Should().Be("BERLIN-3");
    }

    [Test, CancelAfter(Guard)]
    public async Task What_a_connector_says_takes_the_place_of_what_it_said_and_goes_with_it(CancellationToken cancellation)
    {
        var store = await OpenAsync(cancellation, uses: 2);
        var connector = (await store.EnrollAsync("t", Connector("berlin"), cancellation))!;
        var presence = new PresenceRecord(
            new PresenceReport { Version = "1", Slots = 2, BusySlots = 1, Streams = 0, ClockOffset = -5, Apps = new Dictionary<string, AppReach> { ["hr"] = new(false, "no route") } },
            Time.GetUtcNow());

        await store.SavePresenceAsync(connector.Id, presence with { SeenAt = Time.GetUtcNow().AddSeconds(-2) }, cancellation);
        await store.SavePresenceAsync(connector.Id, presence, cancellation);
        await store.SavePresenceAsync("nobody", presence, cancellation);

        (await store.ListPresenceAsync(cancellation)).Should().ContainSingle().Which.Value.Should().BeEquivalentTo(presence);
        await store.UpdateAsync(connector.Id, other => other with { RevokedAt = Time.GetUtcNow() }, cancellation);
        await store.EnrollAsync("t", Connector("berlin"), cancellation);
        (await store.ListPresenceAsync(cancellation)).Should().BeEmpty();
    }

    private static ConnectorRecord Connector(string name) => new()
    {
        Id = Guid.NewGuid().ToString(),
        Name = name,
        Group = "default",
        Key = new PublicPoint("x", "y"),
        EnrolledWith = "t",
        EnrolledAt = DateTimeOffset.UnixEpoch,
    };

    private async Task<IConnectorStore> OpenAsync(CancellationToken cancellation, int uses = 1)
    {
        IConnectorStore store = _memory;
        if (!isInMemory)
        {
            await StoreSchema.UpgradeAsync(Connection, cancellation);
            store = new ConnectorDatabase(Connection, Time);
        }

        await store.AddTokenAsync(new EnrollmentTokenRecord("t", "verifier", "default", Time.GetUtcNow().AddMinutes(1), uses), cancellation);
        return store;
    }
}
