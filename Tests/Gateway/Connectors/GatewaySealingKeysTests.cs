using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Sealing;
using AppProxy.Gateway.Connectors.Sealing;
using AppProxy.Gateway.Storage;
using AppProxy.Tests.Contracts.Identity.Sealing;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Connectors;

/// <summary>What a gateway does about messages under keys that it does not have.</summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class GatewaySealingKeysTests : IRefusalCounter, IDisposable
{
    private const int Guard = 30_000;
    private const string Replies = "replies.eu";
    private const string Session = "session";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly Vault _vault = new();
    private readonly GroupKeys _groupKeys;
    private readonly GatewaySealingKeys _keys;
    private readonly List<SealingFault> _refused = [];

    public GatewaySealingKeysTests()
    {
        _groupKeys = new GroupKeys(_vault, new Dictionary<string, IReadOnlyList<GroupKey>>(), _time, NullLogger<GroupKeys>.Instance);
        _keys = new GatewaySealingKeys("eu", _groupKeys, null, _time);
    }

    public void Dispose() => _groupKeys.Dispose();

    public void Refused(string group, string queue, SealingFault fault) => _refused.Add(fault);

    [Test, CancelAfter(Guard)]
    public async Task The_store_is_asked_once_a_second_however_many_messages_ask(CancellationToken cancellation)
    {
        await _groupKeys.EnsureAsync("eu", cancellation);
        _vault.Reads = 0;

        for (var message = 0; message < 100; message++)
        {
            await _keys.RefreshAsync(cancellation);
        }

        _vault.Reads.Should().Be(1);
        _time.Advance(GroupKeys.Interval);
        await _keys.RefreshAsync(cancellation);
        _vault.Reads.Should().Be(2);
    }

    [Test, CancelAfter(Guard)]
    public async Task Who_asks_while_somebody_does_gets_the_same_answer(CancellationToken cancellation)
    {
        await _groupKeys.EnsureAsync("eu", cancellation);
        _vault.Reads = 0;
        _vault.Gate = new TaskCompletionSource();

        var first = _keys.RefreshAsync(cancellation);
        _time.Advance(GroupKeys.Interval / 2);
        var second = _keys.RefreshAsync(cancellation);

        (first.IsCompleted || second.IsCompleted).Should().BeFalse();
        _vault.Gate.SetResult();
        await Task.WhenAll(first, second);
        _vault.Reads.Should().Be(1);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_store_that_hangs_is_waited_for_a_second_in_all(CancellationToken cancellation)
    {
        await _groupKeys.EnsureAsync("eu", cancellation);
        _vault.Gate = new TaskCompletionSource();

        var first = _keys.RefreshAsync(cancellation);
        first.IsCompleted.Should().BeFalse();
        _time.Advance(GroupKeys.Interval);
        await first;

        _keys.RefreshAsync(cancellation).IsCompleted.Should().BeTrue("the look that hangs is over for those who ask");
        _vault.Gate.SetResult();
    }

    [Test, CancelAfter(Guard)]
    public async Task A_store_that_does_not_let_go_of_its_caller_holds_nobody(CancellationToken cancellation)
    {
        await _groupKeys.EnsureAsync("eu", cancellation);
        using var held = new ManualResetEventSlim();
        _vault.Hold = () => held.Wait(cancellation);

        var asking = _keys.RefreshAsync(cancellation);

        asking.IsCompleted.Should().BeFalse("SQLite reads while it is called");
        held.Set();
        await asking;
    }

    [Test, CancelAfter(Guard)]
    public async Task A_forged_message_costs_nobody_else_anything_while_the_store_is_away(CancellationToken cancellation)
    {
        await _groupKeys.EnsureAsync("eu", cancellation);
        var link = new Link();
        await using var receiver = new SealedReceiver(
            new GroupSeal("eu", _keys, this, NullLogger.Instance), Replies, new ReceiverOptions { Mode = ReceiveMode.ReceiveAndDelete, SessionId = Session }, link, cancellation);
        receiver.Attach(link);
        using var genuine = new GroupSeal("eu", new TestKeys(_groupKeys.Of("eu").Single().Secret, isGateway: false, _time), this, NullLogger.Instance).CreateSealer(Replies);
        using var forged = new GroupSeal("eu", new TestKeys(GroupSecret.Create(), isGateway: false, _time), this, NullLogger.Instance).CreateSealer(Replies);
        _vault.IsAway = true;

        foreach (var sealer in (LinkSealer[])[genuine, forged, genuine, forged, genuine])
        {
            receiver.OnMessage(new Message(sealer));
        }

        await link.Came.Reader.ReadAsync(cancellation);
        await link.Came.Reader.ReadAsync(cancellation);
        await link.Came.Reader.ReadAsync(cancellation);
        link.IsClosed.Should().BeFalse();
        _refused.Should().Equal(SealingFault.UnknownKey, SealingFault.UnknownKey);
        link.Credit.Should().Be(2, "what is refused gives its credit back");
    }

    /// <summary>The inner receiver and the handler at once.</summary>
    private sealed class Link : IMessageReceiver, IMessageHandler
    {
        public System.Threading.Channels.Channel<bool> Came { get; } = System.Threading.Channels.Channel.CreateUnbounded<bool>();

        public int Credit { get; private set; }

        public bool IsClosed { get; private set; }

        public void AddCredit(int count) => Credit += count;

        public ValueTask DrainAsync(CancellationToken cancellationToken) => default;

        public ValueTask DisposeAsync() => default;

        public void OnMessage(InboundMessage message) => Came.Writer.TryWrite(true);

        public void OnClosed(TransportException? reason) => IsClosed = true;
    }

    private sealed class Message : InboundMessage
    {
        private const int Length = 10;

        public Message(LinkSealer sealer) => sealer.TrySeal(new byte[Length], Session, Buffer.Array);

        public override PooledBuffer Buffer { get; } = PooledBuffer.Rent(Length + SealedHeader.Overhead);

        public override ReadOnlyMemory<byte> Body => Buffer.Array.AsMemory(0, Length + SealedHeader.Overhead);

        public override DateTimeOffset EnqueuedTime => default;

        public override int DeliveryCount => 0;

        public override void Settle(Settlement settlement)
        {
        }

        public override void Release() => Buffer.Release();
    }

    private sealed class Vault : IGroupKeyVault
    {
        private readonly MemoryGroupKeyVault _memory = new();

        public int Reads { get; set; }

        public bool IsAway { get; set; }

        public TaskCompletionSource? Gate { get; set; }

        /// <summary>Runs while the vault is called.</summary>
        public Action? Hold { get; set; }

        public async Task<IReadOnlyList<GroupKey>> ReadAsync(CancellationToken cancellationToken)
        {
            Reads++;
            Hold?.Invoke();
            if (Gate is not null)
            {
                await Gate.Task.WaitAsync(cancellationToken);
            }

            return IsAway ? throw new StoreException("store", "is away") : await _memory.ReadAsync(cancellationToken);
        }

        public Task<bool> TryAddAsync(GroupKey key, DateTimeOffset othersEndAt, CancellationToken cancellationToken) => _memory.TryAddAsync(key, othersEndAt, cancellationToken);

        public Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken) => _memory.ForgetAsync(before, cancellationToken);
    }
}
