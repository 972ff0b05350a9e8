using AppProxy.Gateway.Directory.SigningIn;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.Storage;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.OfDirectory;

[TestFixture(StoreKind.Sqlite)]
[TestFixture(StoreKind.PostgreSql)]
internal sealed class EndedSessionsTests(StoreKind kind) : StoreTest(kind)
{
    private static readonly SessionSelector OfIt = SessionSelector.OfProvider("4711", "one");

    private readonly SignInOptions _options = new();

    [Test]
    [CancelAfter(Guard)]
    public async Task Are_kept_until_their_cookies_are_over(CancellationToken cancellation)
    {
        await StoreSchema.UpgradeAsync(Connection, cancellation);
        var ended = new EndedSessions(Connection, _options, Time);

        await ended.EndAsync("one", OfIt, cancellation);
        await ended.EndAsync("one", OfIt, cancellation);
        (await ended.ContainsAsync("one", cancellation)).Should().BeTrue();
        (await ended.ContainsAsync("other", cancellation)).Should().BeFalse();

        Time.Advance(_options.Lifetime);
        (await ended.PruneAsync(cancellation)).Should().Be(0);
        Time.Advance(TimeSpan.FromHours(2));
        (await ended.PruneAsync(cancellation)).Should().Be(1);
        (await ended.ContainsAsync("one", cancellation)).Should().BeFalse();
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task May_be_ended_by_several_at_once(CancellationToken cancellation)
    {
        await StoreSchema.UpgradeAsync(Connection, cancellation);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => new EndedSessions(Connection, _options, Time).EndAsync("one", OfIt, cancellation), cancellation)));

        (await new EndedSessions(Connection, _options, Time).ContainsAsync("one", cancellation)).Should().BeTrue();
    }
}
