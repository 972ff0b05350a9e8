using AppProxy.Gateway.Directory.Storage;
using AppProxy.Gateway.Storage;
using FluentAssertions;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;
using static OpenIddict.Abstractions.OpenIddictConstants;
using Token = OpenIddict.EntityFrameworkCore.Models.OpenIddictEntityFrameworkCoreToken;

namespace AppProxy.Tests.Gateway.OfDirectory;

[TestFixture(StoreKind.Sqlite)]
[TestFixture(StoreKind.PostgreSql)]
internal sealed class OverTokensTests(StoreKind kind) : StoreTest(kind)
{
    [Test]
    [CancelAfter(Guard)]
    public async Task Go_a_day_after_they_were_good_for_something_and_all_others_stay(CancellationToken cancellation)
    {
        await StoreSchema.UpgradeAsync(Connection, cancellation);
        await using (var context = Connection.CreateContext())
        {
            context.AddRange(
                Made("refresh", Statuses.Valid, age: 72, lifetime: 96),
                Made("device", Statuses.Inactive, age: 48, lifetime: 72),
                Made("code", Statuses.Valid, age: 1, lifetime: 1),
                Made("redeemed", Statuses.Redeemed, age: 23, lifetime: 24),
                Made("old-code", Statuses.Valid, age: 26, lifetime: 1),
                Made("old-device", Statuses.Inactive, age: 26, lifetime: 1),
                Made("old-redeemed", Statuses.Redeemed, age: 25, lifetime: 96),
                Made("old-revoked", Statuses.Revoked, age: 25, lifetime: 96));
            await context.SaveChangesAsync(cancellation);
        }

        (await OverTokens.PruneAsync(Connection, Time.GetUtcNow() - TimeSpan.FromDays(1), cancellation)).Should().Be(4);

        await using var left = Connection.CreateContext();
        (await left.Set<Token>().Select(static token => token.Id).ToListAsync(cancellation)).Should().BeEquivalentTo("refresh", "device", "code", "redeemed");
    }

    private Token Made(string id, string status, int age, int lifetime)
    {
        var at = Time.GetUtcNow().UtcDateTime - TimeSpan.FromHours(age);
        return new Token { Id = id, Status = status, CreationDate = at, ExpirationDate = at + TimeSpan.FromHours(lifetime) };
    }
}
