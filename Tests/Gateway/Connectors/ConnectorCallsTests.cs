using System.Security.Cryptography;
using AppProxy.Contracts.Identity;
using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Gateway.Connectors;
using AppProxy.Gateway.Connectors.Calls;
using AppProxy.Gateway.Connectors.Enrolling;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Gateway.Connectors.Sealing;
using AppProxy.Gateway.Connectors.Tokens;
using AppProxy.Gateway.Keys;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Connectors;

[TestFixture]
internal sealed class ConnectorCallsTests : IRefusalCounter, IDisposable
{
    private const int Guard = 10_000;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly MemoryConnectorStore _store = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly MemoryGroupKeyVault _vault = new();

    public void Dispose() => _key.Dispose();

    [Test, CancelAfter(Guard)]
    public async Task A_call_that_began_before_the_revocation_gets_no_new_group_key(CancellationToken cancellation)
    {
        using var signing = new SigningKeys(new MemoryKeyVault(), _time, NullLogger<SigningKeys>.Instance);
        await signing.LoadAsync(cancellation);
        var slow = new SlowVault(_vault);
        using var keys = GroupKeysOf(slow);
        using var command = GroupKeysOf(_vault);
        await command.EnsureAsync("default", cancellation);
        var connector = await EnrollAsync(cancellation);
        var calls = new ConnectorCalls(
            new CallReader(signing, _store, new ReplayWindow(_time), new InstanceWatch(_store, new ConnectorAccessOptions(), _time, NullLogger<InstanceWatch>.Instance), _time),
            null!,
            null!,
            new EmbeddedBrokerAccess(signing, _time),
            _store,
            null!,
            _time,
            new GroupSeals(keys, this, _time, NullLogger<GroupSeal>.Instance));

        var answer = calls.GrantAccessAsync(Sign(connector, signing), cancellation);
        await slow.Reading.Task.WaitAsync(cancellation);
        await _store.UpdateAsync(connector.Id, other => other with { RevokedAt = _time.GetUtcNow() }, cancellation);
        await command.RotateAsync("default", cancellation);
        slow.GoOn.SetResult();

        (await FluentActions.Awaiting(() => answer).Should().ThrowAsync<CallRefusedException>()).Which.Fault.Should().Be(CallFault.ConnectorRevoked);
    }

    public void Refused(string group, string queue, SealingFault fault)
    {
    }

    private GroupKeys GroupKeysOf(IGroupKeyVault vault) => new(vault, new Dictionary<string, IReadOnlyList<GroupKey>>(), _time, NullLogger<GroupKeys>.Instance);

    private async Task<ConnectorRecord> EnrollAsync(CancellationToken cancellation)
    {
        var key = PublicKeys.From(_key);
        await _store.AddTokenAsync(new EnrollmentTokenRecord("t", "verifier", "default", _time.GetUtcNow().AddMinutes(1), 1), cancellation);
        return (await _store.EnrollAsync(
            "t",
            new ConnectorRecord { Id = Guid.NewGuid().ToString(), Name = "berlin", Group = "default", Key = new PublicPoint(key.X, key.Y), EnrolledWith = "t", EnrolledAt = _time.GetUtcNow() },
            cancellation))!;
    }

    private string Sign(ConnectorRecord connector, SigningKeys signing)
    {
        using var envelope = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return SignedJson.Sign(
            new ConnectorCall
            {
                Issuer = connector.Id,
                Audience = signing.Current.Id,
                Path = ConnectorPaths.Token,
                Id = "call",
                IssuedAt = _time.GetUtcNow().ToUnixTimeSeconds(),
                Instance = "instance",
                EnvelopeKey = KeyEnvelope.PointOf(envelope),
            },
            IdentityJsonContext.Default.ConnectorCall,
            ConnectorCall.TokenType,
            new SigningCredentials(new ECDsaSecurityKey(_key), SecurityAlgorithms.EcdsaSha256));
    }

    /// <summary>Keys that take their time to be read.</summary>
    private sealed class SlowVault(IGroupKeyVault inner) : IGroupKeyVault
    {
        public TaskCompletionSource Reading { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<IReadOnlyList<GroupKey>> ReadAsync(CancellationToken cancellationToken)
        {
            Reading.TrySetResult();
            await GoOn.Task.WaitAsync(cancellationToken);
            return await inner.ReadAsync(cancellationToken);
        }

        public Task<bool> TryAddAsync(GroupKey key, DateTimeOffset othersEndAt, CancellationToken cancellationToken) => inner.TryAddAsync(key, othersEndAt, cancellationToken);

        public Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken) => inner.ForgetAsync(before, cancellationToken);
    }
}
