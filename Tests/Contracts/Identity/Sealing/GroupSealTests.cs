using System.Text;
using AppProxy.Contracts.Identity.Sealing;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Identity.Sealing;

[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class GroupSealTests : IRefusalCounter
{
    private const string Uplinks = "uplinks.default";
    private const string Session = "11111111-2222-3333-4444-555555555555";

    private static readonly byte[] Text = Encoding.UTF8.GetBytes("POST /payroll sesame");

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly TestKeys _gatewayKeys;
    private readonly GroupSeal _gateway;
    private readonly GroupSeal _connector;
    private readonly List<SealingFault> _refused = [];

    public GroupSealTests()
    {
        var secret = GroupSecret.Create();
        _gatewayKeys = new TestKeys(secret, isGateway: true, _time);
        _gateway = new GroupSeal("default", _gatewayKeys, this, NullLogger.Instance);
        _connector = new GroupSeal("default", new TestKeys(secret, isGateway: false, _time), this, NullLogger.Instance);
    }

    public void Refused(string group, string queue, SealingFault fault) => _refused.Add(fault);

    [Test]
    public void What_is_sealed_is_opened_on_the_other_side_and_by_nobody_between()
    {
        var message = Seal(_gateway);

        message.AsSpan().IndexOf(Text.AsSpan(0, 4)).Should().Be(-1);
        Open(_connector, message).Should().Be(SealingFault.None);
        message.AsSpan(SealedHeader.Size, Text.Length).SequenceEqual(Text).Should().BeTrue();
        Open(_gateway, Seal(_connector, "replies.default"), "replies.default").Should().Be(SealingFault.None);
    }

    [Test]
    public void Each_bit_counts()
    {
        var message = Seal(_gateway);
        var faults = new HashSet<SealingFault>();
        for (var bit = 0; bit < message.Length * 8; bit++)
        {
            var altered = message.ToArray();
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            faults.Add(Open(_connector, altered));
        }

        faults.Should().BeEquivalentTo([SealingFault.NotSealed, SealingFault.UnknownKey, SealingFault.Stale, SealingFault.Forged]);
        Open(_connector, message).Should().Be(SealingFault.None, "what was refused left no trace");
    }

    [Test]
    public void Cut_short_or_lengthened_it_is_nothing()
    {
        var message = Seal(_gateway);
        for (var length = 0; length < message.Length; length++)
        {
            Open(_connector, message[..length]).Should().BeOneOf(SealingFault.NotSealed, SealingFault.Forged);
        }

        Open(_connector, [.. message, 0]).Should().Be(SealingFault.Forged);
    }

    [Test]
    public void It_is_for_one_session_of_one_queue_in_one_direction()
    {
        Open(_connector, Seal(_gateway), session: Session.Replace('1', '2')).Should().Be(SealingFault.Forged);
        Open(_connector, Seal(_gateway), session: null).Should().Be(SealingFault.Forged);
        Open(_connector, Seal(_gateway), "requests.default").Should().Be(SealingFault.Forged);
        Open(_gateway, Seal(_gateway)).Should().Be(SealingFault.Forged, "it comes back to its own side");
    }

    [Test]
    public void Another_group_s_key_is_none()
    {
        var other = new GroupSeal("other", new TestKeys(GroupSecret.Create(), isGateway: true, _time), this, NullLogger.Instance);

        Open(_connector, Seal(other)).Should().Be(SealingFault.UnknownKey);
    }

    [Test]
    public void No_connector_can_speak_in_another_s_place()
    {
        var message = Seal(_connector, "replies.default");
        Guid.NewGuid().TryWriteBytes(message.AsSpan(16), bigEndian: true, out _);

        Open(_gateway, message, "replies.default").Should().Be(SealingFault.Forged);
    }

    [Test]
    public void It_opens_once()
    {
        var first = Seal(_gateway);
        var again = first.ToArray();

        Open(_connector, first).Should().Be(SealingFault.None);
        Open(_connector, again).Should().Be(SealingFault.Replayed);
    }

    [Test]
    public void What_is_locked_may_come_again_until_it_is_done()
    {
        using var sealer = _gateway.CreateSealer(Uplinks);
        var message = Seal(sealer);
        var (second, third) = (message.ToArray(), message.ToArray());

        _connector.TryOpen(Uplinks, Session, message, isOnce: false, out var opened).Should().Be(SealingFault.None);
        _connector.TryOpen(Uplinks, Session, second, isOnce: false, out _).Should().Be(SealingFault.None);
        opened.Opener.Done(opened.Counter);
        _connector.TryOpen(Uplinks, Session, third, isOnce: false, out _).Should().Be(SealingFault.Replayed);
    }

    [Test]
    public void It_arrives_in_time_or_not_at_all()
    {
        var late = Seal(_gateway);
        _time.Advance(GroupSeal.MaxAge + TimeSpan.FromSeconds(1));
        Open(_connector, late).Should().Be(SealingFault.Stale);

        var early = Seal(_gateway);
        _time.AdjustTime(_time.GetUtcNow().AddMinutes(-6));
        Open(_connector, early).Should().Be(SealingFault.Stale);
    }

    [Test]
    public void No_nonce_comes_twice_whoever_seals()
    {
        var seen = new HashSet<(Guid, ulong)>();
        using var one = _gateway.CreateSealer(Uplinks);
        using var two = _gateway.CreateSealer(Uplinks);
        for (var i = 0; i < 1000; i++)
        {
            foreach (var sealer in (LinkSealer[])[one, two])
            {
                SealedHeader.TryRead(Seal(sealer), out var header);
                seen.Add((header.Link, header.Counter)).Should().BeTrue();
            }
        }

        seen.Select(static name => name.Item1).Distinct().Should().HaveCount(2, "each has a key of its own");
    }

    [Test]
    public void Another_key_is_another_link()
    {
        using var sealer = _gateway.CreateSealer(Uplinks);
        SealedHeader.TryRead(Seal(sealer), out var before);
        _gatewayKeys.Secret = GroupSecret.Create();
        SealedHeader.TryRead(Seal(sealer), out var after);

        after.KeyId.Should().NotBe(before.KeyId);
        after.Link.Should().NotBe(before.Link);
        after.Counter.Should().Be(0);
    }

    [Test]
    public void Many_at_once_are_all_opened()
    {
        using var sealer = _gateway.CreateSealer(Uplinks);
        var messages = new byte[2000][];

        Parallel.For(0, messages.Length, i => messages[i] = Seal(sealer));

        messages.Select(message => Open(_connector, message)).Should().OnlyContain(static fault => fault == SealingFault.None);
    }

    private static byte[] Seal(GroupSeal seal, string queue = Uplinks)
    {
        using var sealer = seal.CreateSealer(queue);
        return Seal(sealer);
    }

    private static byte[] Seal(LinkSealer sealer)
    {
        var message = new byte[Text.Length + SealedHeader.Overhead];
        sealer.TrySeal(Text, Session, message).Should().BeTrue();
        return message;
    }

    private static SealingFault Open(GroupSeal seal, byte[] message, string queue = Uplinks, string? session = Session) => seal.TryOpen(queue, session, message, isOnce: true, out _);
}
