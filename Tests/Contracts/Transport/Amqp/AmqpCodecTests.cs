using System.Text;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Performatives;
using AppProxy.Fuzz.Targets;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Transport.Amqp;

[TestFixture]
public sealed class AmqpCodecTests
{
    private static readonly byte[][] UInts = [[0x43], [0x52, 7], [0x70, 0, 0, 1, 0]];

    [Test]
    public void Every_width_of_a_number_is_read()
    {
        UInts.Select(bytes => new AmqpReader(bytes).ReadUInt()).Should().Equal(0u, 7u, 256u);
        new AmqpReader([0x44]).ReadULong().Should().Be(0);
        new AmqpReader([0x53, 9]).ReadULong().Should().Be(9);
        new AmqpReader([0x80, 0, 0, 0, 0, 0, 0, 1, 0]).ReadULong().Should().Be(256);
        new AmqpReader([0x41]).ReadBoolean().Should().BeTrue();
        new AmqpReader([0x56, 0]).ReadBoolean().Should().BeFalse();
        new AmqpReader([0x54, 0xff]).ReadValue().Integer.Should().Be(-1);
        new AmqpReader([0x55, 0xfe]).ReadValue().Integer.Should().Be(-2);
        new AmqpReader([0xb1, 0, 0, 0, 1, (byte)'a']).ReadString().Should().Be("a");
        new AmqpReader([0xa3, 1, (byte)'b']).ReadString().Should().Be("b", "peers send symbols for strings and the other way round");
        new AmqpReader([0xb0, 0, 0, 0, 1, 5]).ReadBinary().ToArray().Should().Equal(5);
    }

    [Test]
    public void A_descriptor_is_a_number_of_any_width_or_a_symbol()
    {
        new AmqpReader([0, 0x53, 0x24, 0x45]).ReadDescriptor().Should().Be(Descriptor.Accepted);
        new AmqpReader([0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x24, 0x45]).ReadDescriptor().Should().Be(Descriptor.Accepted);
        byte[] symbol = [0, 0xa3, 18, .. "amqp:accepted:list"u8, 0x45];
        var reader = new AmqpReader(symbol);
        DeliveryState.Read(ref reader).Outcome.Should().Be(DeliveryOutcome.Accepted);
    }

    [Test]
    public void Lists_are_read_in_every_width_and_may_be_short()
    {
        byte[][] begins =
        [
            [0, 0x53, 0x11, 0xc0, 5, 4, 0x40, 0x43, 0x43, 0x43],
            [0, 0x53, 0x11, 0xd0, 0, 0, 0, 8, 0, 0, 0, 4, 0x40, 0x43, 0x43, 0x43],
        ];
        foreach (var bytes in begins)
        {
            var reader = new AmqpReader(bytes);
            reader.ReadDescriptor().Should().Be(Descriptor.Begin);
            Begin.Read(ref reader).HandleMax.Should().Be(uint.MaxValue);
        }

        var empty = new AmqpReader([0, 0x53, 0x18, 0x45]);
        empty.ReadDescriptor().Should().Be(Descriptor.Close);
        Ending.Read(ref empty).Should().BeNull();
    }

    [Test]
    public void Values_of_every_type_come_back_as_they_went()
    {
        AmqpValue[] values =
        [
            default, true, false, 0u, 255u, uint.MaxValue, 0ul, ulong.MaxValue, -1, int.MinValue, long.MaxValue,
            AmqpValue.Number(AmqpType.UByte, 200), AmqpValue.Number(AmqpType.Byte, -3), AmqpValue.Number(AmqpType.UShort, 60_000),
            AmqpValue.Number(AmqpType.Short, -2), AmqpValue.Number(AmqpType.Char, 'x'), AmqpValue.Number(AmqpType.Double, BitConverter.DoubleToInt64Bits(1.5)),
            AmqpValue.Number(AmqpType.Float, BitConverter.SingleToInt32Bits(2.5f)), AmqpValue.Timestamp(DateTimeOffset.UnixEpoch.AddDays(1)),
            "", "text", new string('é', 300), AmqpValue.Symbol("com.microsoft:timeout"), Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
            new byte[] { 1, 2, 3 }, new byte[300],
        ];

        foreach (var value in values)
        {
            var read = RoundTrip(value);
            (read.Type, read.Text, read.Bits, read.Uuid).Should().Be((value.Type, value.Text, value.Bits, value.Uuid));
            (read.Binary ?? []).Should().Equal(value.Binary ?? []);
        }
    }

    [Test]
    public void Nested_values_come_back_as_they_went()
    {
        var value = AmqpValue.List(
            new AmqpMap { { "text", 1 }, { AmqpValue.Symbol("symbol"), AmqpValue.List(true, "x") } },
            AmqpValue.Array(Guid.NewGuid(), Guid.NewGuid()),
            AmqpValue.Array("a", "bc"),
            AmqpValue.Array(),
            AmqpValue.Array(new AmqpMap { { "k", 1u } }),
            AmqpValue.Described(Dialect.SessionFilterCode, "session"));

        var read = RoundTrip(value);

        read.Items[0].Map!["text"].Integer.Should().Be(1);
        read.Items[0].Map!["symbol"].Items[1].Text.Should().Be("x");
        read.Items[1].Items.Select(item => item.Uuid).Should().Equal(value.Items[1].Items.Select(item => item.Uuid));
        read.Items[2].Items.Select(item => item.Text).Should().Equal("a", "bc");
        read.Items[3].Items.Should().BeEmpty();
        read.Items[4].Items[0].Map!["k"].Integer.Should().Be(1);
        read.Items[5].Undescribed.Text.Should().Be("session");
    }

    [Test]
    public void A_uuid_is_big_endian_on_the_wire()
    {
        var writer = new AmqpWriter(default);
        writer.WriteUuid(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));
        Convert.ToHexString(writer.Written).Should().Be("9800112233445566778899AABBCCDDEEFF");
        writer.Dispose();
    }

    [Test]
    public void An_attach_keeps_what_matters()
    {
        var attach = new Attach
        {
            Name = "link",
            Handle = 300,
            IsReceiver = true,
            SenderSettleMode = SenderSettleMode.Unsettled,
            ReceiverSettleMode = ReceiverSettleMode.Second,
            Source = new Source { Address = "queue", Filter = new AmqpMap().With(Dialect.SessionFilter, default) },
            Target = new Target { Address = "reply" },
            MaxMessageSize = 1 << 20,
            Properties = new AmqpMap().With(Dialect.Timeout, 5_000u),
        };

        var writer = new AmqpWriter(default);
        attach.Write(ref writer);
        var reader = new AmqpReader(writer.Written);
        reader.ReadDescriptor().Should().Be(Descriptor.Attach);
        var read = Attach.Read(ref reader);
        writer.Dispose();

        read.Should().BeEquivalentTo(attach, options => options.Excluding(a => a.Source).Excluding(a => a.Properties));
        read.Source!.Address.Should().Be("queue");
        read.Source.Filter!.TryGet(Dialect.SessionFilter, out var filter).Should().BeTrue();
        filter.IsNull.Should().BeTrue();
        read.Properties![Dialect.Timeout].Integer.Should().Be(5_000);
    }

    [Test]
    public void A_coordinator_is_recognised()
    {
        byte[] bytes = [0, 0x53, 0x30, 0x45];
        var reader = new AmqpReader(bytes);
        Target.Read(ref reader).IsCoordinator.Should().BeTrue();
    }

    [Test]
    public void A_long_head_moves_to_a_larger_buffer()
    {
        var writer = new AmqpWriter(new byte[8]);
        writer.WriteString(new string('a', 10_000));
        writer.Fitted.Should().BeFalse();
        new AmqpReader(writer.Written).ReadString().Should().HaveLength(10_000);
        writer.Dispose();
    }

    [Test]
    public void Values_nested_too_deeply_are_refused()
    {
        var lists = new List<byte>();
        for (var i = 0; i < 40; i++)
        {
            lists.InsertRange(0, [0xc0, (byte)(lists.Count + 1), 1]);
        }

        Refuses([.. lists]);
        Refuses([.. Enumerable.Repeat((byte)0, 200)]);
        Skipping([.. Enumerable.Repeat((byte)0, 200)]).Should().Throw<AmqpException>();
    }

    [Test]
    public void Counts_are_checked_before_anything_is_allocated()
    {
        // An array of two billion nulls has no bytes but those of its head.
        Refuses([0xf0, 0, 0, 0, 5, 0x7f, 0xff, 0xff, 0xff, 0x40]);
        Refuses([0xd0, 0, 0, 0, 4, 0x7f, 0xff, 0xff, 0xff]);
        Refuses([0xd1, 0, 0, 0, 4, 0x7f, 0xff, 0xff, 0xfe]);
        Refuses([0xc1, 2, 1, 0x40]);
        Refuses([0xb1, 0x7f, 0xff, 0xff, 0xff, 1]);
        Refuses([0xb0, 0xff, 0xff, 0xff, 0xff, 1]);
    }

    [Test]
    public void Arrays_in_arrays_share_one_allowance()
    {
        // Each of 100 arrays claims 1 000 nulls.
        var inner = new List<byte>();
        for (var i = 0; i < 100; i++)
        {
            inner.AddRange([0xf0, 0, 0, 0, 5, 0, 0, 3, 0xe8, 0x40]);
        }

        Refuses([0xd0, 0, 0, (byte)((inner.Count + 4) >> 8), (byte)(inner.Count + 4), 0, 0, 0, 100, .. inner]);
    }

    [Test]
    public void Every_truncation_of_a_frame_is_refused()
    {
        var writer = new AmqpWriter(default);
        new Attach { Name = "n", Handle = 1, IsReceiver = true, Source = new Source { Address = "a" }, Properties = new AmqpMap { { "k", 1 } } }.Write(ref writer);
        var bytes = writer.Written.ToArray();
        writer.Dispose();

        for (var length = 0; length < bytes.Length; length++)
        {
            var cut = bytes[..length];
            var read = () =>
            {
                var reader = new AmqpReader(cut);
                _ = reader.ReadDescriptor();
                _ = Attach.Read(ref reader);
            };
            read.Should().Throw<AmqpException>();
        }
    }

    [Test]
    public void Noise_is_refused_and_nothing_else()
    {
        var random = new Random(1);
        var bytes = new byte[64];
        for (var i = 0; i < 50_000; i++)
        {
            random.NextBytes(bytes);
            bytes[0] = 0;
            bytes[1] = 0x53;
            bytes[2] = (byte)random.Next(0x10, 0x19);
            bytes[3] = (byte)(random.Next(2) == 0 ? 0xc0 : 0xd0);

            // Takes the codec's own error, and nothing else.
            AmqpTargets.ReadPerformative(bytes);
        }
    }

    [Test]
    public void A_frame_header_is_checked()
    {
        FrameHeader.Read([0, 0, 0, 16, 3, 0, 0, 7], 512).Should().BeEquivalentTo(new { FrameSize = 16, BodyOffset = 12, Channel = (ushort)7 });
        Frame([0, 0, 2, 1, 2, 0, 0, 0]).Should().Throw<AmqpException>("513 bytes are more than 512");
        Frame([0, 0, 0, 7, 2, 0, 0, 0]).Should().Throw<AmqpException>();
        Frame([0, 0, 0, 8, 1, 0, 0, 0]).Should().Throw<AmqpException>();
        Frame([0, 0, 0, 8, 3, 0, 0, 0]).Should().Throw<AmqpException>();
        Frame([0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0]).Should().Throw<AmqpException>();

        static Action Frame(byte[] head) => () => FrameHeader.Read(head, 512);
    }

    [Test]
    public void The_plain_response_is_taken_apart()
    {
        Sasl.ReadPlain(Encoding.UTF8.GetBytes("\0user\0pass")).Should().Be(("user", "pass"));
        Sasl.ReadPlain(Encoding.UTF8.GetBytes("id\0user\0pa\0ss")).Should().Be(("user", "pa\0ss"));
        Sasl.ReadPlain(Encoding.UTF8.GetBytes("user")).Should().Be(("", ""));
    }

    private static AmqpValue RoundTrip(AmqpValue value)
    {
        var writer = new AmqpWriter(default);
        writer.WriteValue(value);
        var reader = new AmqpReader(writer.Written);
        var read = reader.ReadValue();
        reader.AtEnd.Should().BeTrue();
        reader.Seek(0);
        reader.Skip();
        reader.AtEnd.Should().BeTrue();
        writer.Dispose();
        return read;
    }

    private static void Refuses(byte[] bytes)
    {
        var read = () => new AmqpReader(bytes).ReadValue();
        read.Should().Throw<AmqpException>();
    }

    private static Action Skipping(byte[] bytes) => () => new AmqpReader(bytes).Skip();
}
