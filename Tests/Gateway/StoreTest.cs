using AppProxy.Gateway.Storage;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway;

/// <summary>A test that gets a store of each kind, which does not exist yet.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal abstract class StoreTest(StoreKind kind)
{
    protected const int Guard = 60_000;

    protected StoreKind Kind { get; } = kind;

    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    protected StoreConnection Connection { get; private set; } = null!;

    [SetUp]
    [CancelAfter(Guard)]
    public async Task CreateConnectionAsync() => Connection = StoreConnection.Parse(await StoreServers.CreateAsync(Kind, CancellationToken.None));
}
