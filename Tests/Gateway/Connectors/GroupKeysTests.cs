using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Gateway.Connectors.Sealing;
using AppProxy.Gateway.Storage;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Connectors;

[TestFixture(StoreKind.Sqlite, false)]
[TestFixture(StoreKind.PostgreSql, false)]
[TestFixture(StoreKind.Sqlite, true)]
internal sealed class GroupKeysTests(StoreKind kind, bool isInMemory) : StoreTest(kind)
{
    private static readonly Dictionary<string, IReadOnlyList<GroupKey>> None = [];

    private readonly MemoryGroupKeyVault _memory = new();
    private readonly List<GroupKeys> _opened = [];

    private IGroupKeyVault Vault => isInMemory ? _memory : new StoreGroupKeyVault(Connection);

    [TearDown]
    public void Dispose() => _opened.ForEach(static keys => keys.Dispose());

    [Test, CancelAfter(Guard)]
    public async Task Gateways_of_one_store_have_one_key_for_a_group(CancellationToken cancellation)
    {
        var (one, two) = (await OpenAsync(cancellation), await OpenAsync(cancellation));

        await Task.WhenAll(one.EnsureAsync("eu", cancellation), two.EnsureAsync("eu", cancellation));
        await one.EnsureAsync("us", cancellation);

        one.Of("eu").Should().ContainSingle().Which.Secret.Id.Should().Be(two.Of("eu").Single().Secret.Id);
        one.Of("us").Single().Secret.Id.Should().NotBe(one.Of("eu").Single().Secret.Id);
    }

    [Test, CancelAfter(Guard)]
    public async Task Case_makes_no_other_group(CancellationToken cancellation)
    {
        var (one, two) = (await OpenAsync(cancellation), await OpenAsync(cancellation));
        await one.EnsureAsync("eu", cancellation);

        await two.EnsureAsync("EU", cancellation);
        var next = await two.RotateAsync("EU", cancellation);
        await one.EnsureAsync("eu", cancellation);

        one.Of("Eu").Select(static key => key.Sequence).Should().Equal(1, 2);
        one.Of("eu")[^1].Secret.Id.Should().Be(next.Secret.Id);
    }

    [Test, CancelAfter(Guard)]
    public async Task What_another_spelling_left_behind_ends_with_the_others(CancellationToken cancellation)
    {
        await OpenAsync(cancellation);
        var now = Time.GetUtcNow();
        foreach (var group in (string[])["EU", "eu", "us"])
        {
            (await Vault.TryAddAsync(new GroupKey(group, group == "EU" ? 1 : 2, GroupSecret.Create(), now, null), now.AddDays(1), cancellation)).Should().BeTrue();
        }

        (await Vault.TryAddAsync(new GroupKey("eu", 3, GroupSecret.Create(), now, null), now.AddMinutes(1), cancellation)).Should().BeTrue();

        (await Vault.ReadAsync(cancellation)).Where(static key => key.EndsAt is null).Select(static key => (key.Group, key.Sequence)).Should().BeEquivalentTo([("eu", 3), ("us", 2)]);
    }

    [Test, CancelAfter(Guard)]
    public async Task The_next_key_is_known_before_it_seals_and_the_one_before_is_forgotten_in_the_end(CancellationToken cancellation)
    {
        var keys = await OpenAsync(cancellation);
        await keys.EnsureAsync("eu", cancellation);
        var first = keys.Of("eu").Single();
        var sealing = new GatewaySealingKeys("eu", keys, null, Time);
        await keys.StartAsync(cancellation);

        await StepAsync(keys, GroupKeys.Life - GroupKeys.Announcement, () => keys.Of("eu").Count == 2, cancellation);
        sealing.Current.Id.Should().Be(first.Secret.Id);
        var next = keys.Of("eu")[1];
        next.SealsFrom.Should().BeOnOrAfter(Time.GetUtcNow() + GroupKeys.Announcement - TimeSpan.FromSeconds(5));

        Time.Advance(GroupKeys.Announcement + TimeSpan.FromSeconds(5));
        sealing.Current.Id.Should().Be(next.Secret.Id);
        sealing.Check(HeaderOf(first)).Should().Be(SealingFault.None, "connectors may still use it");

        await StepAsync(keys, TimeSpan.FromHours(1), () => keys.Of("eu").All(key => key.Secret.Id != first.Secret.Id), cancellation);
        await keys.StopAsync(cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task An_operator_s_new_key_seals_at_once_and_ends_the_others(CancellationToken cancellation)
    {
        var keys = await OpenAsync(cancellation);
        await keys.EnsureAsync("eu", cancellation);
        var first = keys.Of("eu").Single();

        var next = await keys.RotateAsync("eu", cancellation);

        new GatewaySealingKeys("eu", keys, null, Time).Current.Id.Should().Be(next.Secret.Id);
        keys.Of("eu")[0].EndsAt.Should().Be(Time.GetUtcNow() + GroupKeys.Slack);
        var held = new Held(Time);
        held.Take(new HeldKeys(Time.GetUtcNow().ToUnixTimeSeconds(), [.. keys.Of("eu").Select(static key => key.For(Guid.NewGuid()))]));
        held.Current.Id.Should().Be(next.Secret.Id);
        held.Check(HeaderOf(first)).Should().Be(SealingFault.None, "it was on its way");
        Time.Advance(GroupKeys.Slack + TimeSpan.FromSeconds(1));
        held.Check(HeaderOf(first)).Should().Be(SealingFault.UnknownKey);
        held.Check(HeaderOf(next)).Should().Be(SealingFault.None);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_revoked_connector_is_not_believed_any_more(CancellationToken cancellation)
    {
        var keys = await OpenAsync(cancellation);
        await keys.EnsureAsync("eu", cancellation);
        var shutOut = new ShutOutConnectors();
        var sealing = new GatewaySealingKeys("eu", keys, shutOut, Time);
        var header = HeaderOf(keys.Of("eu").Single()) with { Connector = Guid.NewGuid() };

        sealing.Check(header).Should().Be(SealingFault.None);
        shutOut.Add(header.Connector.ToString());
        sealing.Check(header).Should().Be(SealingFault.Revoked);
        sealing.Check(header with { Connector = Guid.NewGuid() }).Should().Be(SealingFault.None);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_key_of_the_configuration_stands_in_the_place_of_kept_ones(CancellationToken cancellation)
    {
        var given = new GroupKey("eu", 2, GroupSecret.Create(), default, null);
        using var keys = new GroupKeys(null, new Dictionary<string, IReadOnlyList<GroupKey>> { ["eu"] = [given] }, Time, NullLogger<GroupKeys>.Instance);

        await keys.EnsureAsync("eu", cancellation);

        keys.Of("eu").Should().Equal(given);
        (await keys.Awaiting(own => own.RotateAsync("eu", cancellation)).Should().ThrowAsync<GroupKeyException>()).WithMessage("*configuration*");
        (await keys.Awaiting(own => own.EnsureAsync("us", cancellation)).Should().ThrowAsync<GroupKeyException>()).WithMessage("*Gateway:ServiceBusRules:us:SealingKey*");
    }

    private SealedHeader HeaderOf(GroupKey key) => new(key.Secret.Id, Time.GetUtcNow().ToUnixTimeSeconds(), Guid.Empty, Guid.NewGuid(), 0);

    /// <summary>Lets time pass, and then in seconds, until the watch has seen what it is to see.</summary>
    private async Task StepAsync(GroupKeys keys, TimeSpan time, Func<bool> condition, CancellationToken cancellation)
    {
        Time.Advance(time);
        while (!condition())
        {
            Time.Advance(GroupKeys.Interval);
            await keys.EnsureAsync("eu", cancellation);
            await Task.Yield();
        }
    }

    private async Task<GroupKeys> OpenAsync(CancellationToken cancellation)
    {
        if (!isInMemory)
        {
            await StoreSchema.UpgradeAsync(Connection, cancellation);
        }

        var keys = new GroupKeys(Vault, None, Time, NullLogger<GroupKeys>.Instance);
        _opened.Add(keys);
        return keys;
    }

    private sealed class Held(TimeProvider time) : ConnectorSealingKeys(Guid.NewGuid(), time)
    {
        public override Task RefreshAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
