using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Keys;
using AppProxy.Gateway.Storage;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Keys;

[TestFixture(VaultKind.Memory)]
[TestFixture(VaultKind.File)]
[TestFixture(VaultKind.Store)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SigningKeysTests(SigningKeysTests.VaultKind kind) : IDisposable
{
    private const int Guard = 20_000;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("appproxy-keys");
    private readonly MemoryKeyVault _memory = new();

    public enum VaultKind
    {
        Memory,
        File,
        Store,
    }

    private string KeyFile => Path.Combine(_folder.FullName, "keys.json");

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    [Test, CancelAfter(Guard)]
    public async Task The_first_start_makes_a_key_and_later_ones_find_it(CancellationToken cancellation)
    {
        using var first = await LoadAsync(cancellation);
        using var second = await LoadAsync(cancellation);

        second.Current.Id.Should().Be(first.Current.Id).And.Be(PublicKeys.ThumbprintOf(first.Current.PublicKey));
        second.Accepted.Should().ContainSingle();
        (await VerifyAsync(Sign(first.Current), second)).Should().BeTrue();
    }

    [Test, CancelAfter(Guard)]
    public async Task Gateways_that_start_at_once_agree_on_one_key(CancellationToken cancellation)
    {
        if (kind == VaultKind.Store)
        {
            await new StoreKeyVault(Store()).ReadAsync(cancellation);
        }

        var gateways = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => LoadAsync(cancellation))));

        gateways.Select(gateway => gateway.Current.Id).Distinct().Should().ContainSingle();
        Array.ForEach(gateways, gateway => gateway.Dispose());
    }

    [Test, CancelAfter(Guard)]
    public async Task A_rotation_leaves_no_gap(CancellationToken cancellation)
    {
        using var gateway = await LoadAsync(cancellation);
        using var other = await LoadAsync(cancellation);
        var old = gateway.Current;
        var signedBefore = Sign(old);

        var next = await gateway.RotateAsync(cancellation);

        gateway.Current.Should().BeSameAs(old, "other gateways do not know the new one yet");
        _time.Advance(SigningKeys.Announcement);
        gateway.Current.Id.Should().Be(next.Id);
        await other.LoadAsync(cancellation);
        (await VerifyAsync(Sign(gateway.Current), other)).Should().BeTrue();
        (await VerifyAsync(signedBefore, gateway)).Should().BeTrue();

        _time.Advance(SigningKeys.Overlap);
        gateway.Accepted.Select(key => key.Id).Should().Equal(next.Id);
        (await VerifyAsync(signedBefore, gateway)).Should().BeFalse();
    }

    [Test, CancelAfter(Guard)]
    public async Task A_running_gateway_takes_over_a_key_that_a_command_made(CancellationToken cancellation)
    {
        using var gateway = Create();
        await gateway.StartingAsync(cancellation);
        using var command = await LoadAsync(cancellation);
        var next = await command.RotateAsync(cancellation);

        while (gateway.Find(next.Id) is null)
        {
            cancellation.ThrowIfCancellationRequested();
            _time.Advance(SigningKeys.Interval);
            await Task.Yield();
        }

        await gateway.StoppedAsync(cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task Who_pinned_an_old_key_is_led_to_the_newest(CancellationToken cancellation)
    {
        using var gateway = await LoadAsync(cancellation);
        var pinned = gateway.Current.PublicKey;
        for (var rotation = 0; rotation < 3; rotation++)
        {
            await gateway.RotateAsync(cancellation);
            _time.Advance(SigningKeys.Announcement);
        }

        using var stranger = Create(new MemoryKeyVault());
        await stranger.LoadAsync(cancellation);

        (await KeySuccession.FollowAsync(pinned, [.. gateway.Successions.Reverse()])).Kid.Should().Be(gateway.Current.Id);
        (await KeySuccession.FollowAsync(stranger.Current.PublicKey, gateway.Successions)).Kid.Should().Be(stranger.Current.Id, "nothing there is signed with a key that it trusts");
        gateway.Accepted.Should().HaveCount(2, "the private halves of older ones are erased");
    }

    [Test, CancelAfter(Guard)]
    public async Task Two_rotations_at_once_are_one(CancellationToken cancellation)
    {
        using var gateway = await LoadAsync(cancellation);
        await gateway.RotateAsync(cancellation);

        (await gateway.Awaiting(keys => keys.RotateAsync(cancellation)).Should().ThrowAsync<KeyException>()).WithMessage("*under way*");
    }

    private static string Sign(SigningKey key) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor { Issuer = "test", SigningCredentials = key.Credentials });

    private static async Task<bool> VerifyAsync(string token, SigningKeys keys) => (await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
    {
        IssuerSigningKeys = keys.Accepted.Select(key => key.PublicKey),
        ValidIssuer = "test",
        ValidateAudience = false,
        ValidateLifetime = false,
    })).IsValid;

    private async Task<SigningKeys> LoadAsync(CancellationToken cancellation)
    {
        var keys = Create();
        await keys.LoadAsync(cancellation);
        return keys;
    }

    private SigningKeys Create() => Create(kind switch
    {
        VaultKind.File => new FileKeyVault(KeyFile),
        VaultKind.Store => new StoreKeyVault(Store()),
        _ => _memory,
    });

    private SigningKeys Create(ISigningKeyVault vault) => new(vault, _time, NullLogger<SigningKeys>.Instance);

    private StoreConnection Store() => StoreConnection.Parse(Path.Combine(_folder.FullName, "store.db"));
}
