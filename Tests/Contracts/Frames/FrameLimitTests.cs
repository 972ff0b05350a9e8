using System.Buffers.Binary;
using AppProxy.Contracts.Frames;
using AppProxy.Tests.Contracts.Frames.Models;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Frames;

/// <summary>Each bound, once on its inner and once on its outer side.</summary>
[TestFixture]
public sealed class FrameLimitTests
{
    [TestCase(0, FrameError.NotARelayMessage)]
    [TestCase(3, FrameError.NotARelayMessage)]
    [TestCase(4, FrameError.None)]
    public void A_message_has_at_least_a_preamble(int length, FrameError expected)
    {
        byte[] preamble = [(byte)'A', (byte)'P', 1, 0];

        MessageReader.TryOpen(preamble.AsMemory(0, length), out _).Should().Be(expected);
    }

    [TestCase('B', 'P', 1, 0, FrameError.NotARelayMessage)]
    [TestCase('A', 'Q', 1, 0, FrameError.NotARelayMessage)]
    [TestCase('A', 'P', 0, 0, FrameError.UnsupportedVersion)]
    [TestCase('A', 'P', 2, 0, FrameError.UnsupportedVersion)]
    [TestCase('A', 'P', 1, 1, FrameError.UnsupportedVersion)]
    [TestCase('A', 'P', 1, 0, FrameError.None)]
    public void The_preamble_names_the_protocol_and_its_version(char a, char p, int version, int reserved, FrameError expected) =>
        MessageReader.TryOpen(new[] { (byte)a, (byte)p, (byte)version, (byte)reserved }, out _).Should().Be(expected);

    [TestCase(FrameHeader.Size - 1, FrameError.Length)]
    [TestCase(FrameHeader.Size, FrameError.None)]
    [TestCase(FrameLimits.MaxFrameLength, FrameError.None)]
    [TestCase(FrameLimits.MaxFrameLength + 1, FrameError.Length)]
    [TestCase(-1, FrameError.Length)]
    [TestCase(int.MinValue, FrameError.Length)]
    public void A_frame_is_no_shorter_than_its_header_and_no_longer_than_the_limit(int length, FrameError expected) =>
        MessageReader.TryOpen(Message(FrameType.HeadContinuation, length, new byte[Math.Clamp((long)length - FrameHeader.Size, 0, FrameLimits.MaxFrameLength)]), out _).Should().Be(expected);

    [TestCase(FrameHeader.Size, 0, FrameError.None)]
    [TestCase(FrameHeader.Size + 1, 0, FrameError.Length)]
    [TestCase(FrameHeader.Size + 1, 1, FrameError.None)]
    public void A_frame_is_no_longer_than_the_bytes_at_hand(int length, int payload, FrameError expected) =>
        MessageReader.TryOpen(Message(FrameType.HeadContinuation, length, new byte[payload]), out _).Should().Be(expected);

    [TestCase(0, FrameError.UnknownType)]
    [TestCase(1, FrameError.None)]
    [TestCase(9, FrameError.None)]
    [TestCase(10, FrameError.UnknownType)]
    [TestCase(255, FrameError.UnknownType)]
    public void Only_known_types_are_frames(int type, FrameError expected) =>
        MessageReader.TryOpen(Message((FrameType)type, FrameHeader.Size, []), out _).Should().Be(expected);

    [TestCase(7, FrameError.Length)]
    [TestCase(8, FrameError.None)]
    [TestCase(8 + FrameLimits.MaxDataLength, FrameError.None)]
    [TestCase(8 + FrameLimits.MaxDataLength + 1, FrameError.Length)]
    public void A_data_frame_carries_so_much(int payload, FrameError expected) =>
        DataPayload.TryRead(new byte[payload], out _).Should().Be(expected);

    [TestCase(0, FrameError.None)]
    [TestCase(long.MaxValue - FrameLimits.MaxDataLength, FrameError.None)]
    [TestCase(long.MaxValue - FrameLimits.MaxDataLength + 1, FrameError.Value)]
    [TestCase(-1, FrameError.Value)]
    public void The_end_of_data_can_be_counted(long offset, FrameError expected)
    {
        var payload = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(payload, offset);

        DataPayload.TryRead(payload, out _).Should().Be(expected);
    }

    [TestCase(long.MaxValue, FrameError.None)]
    [TestCase(long.MinValue, FrameError.Value)]
    public void A_window_is_an_offset_of_63_bits(long offset, FrameError expected)
    {
        var payload = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(payload, offset);

        WindowPayload.TryRead(payload, out _).Should().Be(expected);
        WindowPayload.TryRead([.. payload, 0], out _).Should().Be(expected == FrameError.None ? FrameError.TrailingBytes : expected);
    }

    [TestCase(FrameLimits.MaxFields, FrameError.None)]
    [TestCase(FrameLimits.MaxFields + 1, FrameError.Value)]
    public void A_section_has_so_many_fields(int count, FrameError expected)
    {
        byte[] section = [.. Number(count), .. Enumerable.Repeat<byte[]>([1, (byte)'n', 0], count).SelectMany(static line => line)];

        FieldLines.TryRead(section, out var lines).Should().Be(expected);
        lines.Count.Should().Be(expected == FrameError.None ? count : 0);
    }

    [Test]
    public void A_field_has_a_name()
    {
        FieldLines.TryRead([1, 0, 1, (byte)'v'], out _).Should().Be(FrameError.Value);
        FieldLines.TryRead([1, 1, (byte)'n', 0], out _).Should().Be(FrameError.None);
    }

    [Test]
    public void A_section_ends_with_its_last_field()
    {
        FieldLines.TryRead([], out _).Should().Be(FrameError.Length, "even no fields are counted");
        FieldLines.TryRead([0], out _).Should().Be(FrameError.None);
        FieldLines.TryRead([0, 0], out _).Should().Be(FrameError.TrailingBytes);
    }

    [TestCase(FrameLimits.MaxHeartbeatEntries, FrameError.None)]
    [TestCase(FrameLimits.MaxHeartbeatEntries + 1, FrameError.Value)]
    public void A_heartbeat_lists_so_many_exchanges(int count, FrameError expected)
    {
        byte[] payload = [.. new byte[24], .. Number(count), .. new byte[count * HeartbeatEntry.Size]];

        Heartbeat.TryRead(payload, out var heartbeat).Should().Be(expected);
        heartbeat.Count.Should().Be(expected == FrameError.None ? count : 0);
    }

    [TestCase(24 + 1 + 26, FrameError.Value)]
    [TestCase(24 + 1 + 34, FrameError.Value)]
    [TestCase(24 + 1, FrameError.None)]
    public void A_heartbeat_s_offsets_are_offsets(int highBitAt, FrameError expected)
    {
        byte[] payload = [.. new byte[24], 1, .. new byte[HeartbeatEntry.Size]];
        payload[highBitAt] = 0x80;

        Heartbeat.TryRead(payload, out _).Should().Be(expected);
    }

    [TestCase(99, FrameError.Value)]
    [TestCase(100, FrameError.None)]
    [TestCase(999, FrameError.None)]
    [TestCase(1000, FrameError.Value)]
    public void A_status_has_three_digits(int status, FrameError expected)
    {
        var message = FrameModel.WriteMessage([new ResponseHeadModel(Nobody, FrameFlags.None, default, status, "", new FieldList())]);

        FrameModel.TryReadMessage(message, out _).Should().Be(expected);
    }

    [TestCase("", "/", FrameError.Value)]
    [TestCase("GET", "", FrameError.Value)]
    [TestCase("G", "*", FrameError.None)]
    public void A_request_has_a_method_and_a_target(string method, string target, FrameError expected)
    {
        var message = FrameModel.WriteMessage([new RequestHeadModel(Nobody, FrameFlags.None) { Method = method, Target = target }]);

        FrameModel.TryReadMessage(message, out _).Should().Be(expected);
    }

    [Test]
    public void A_number_has_one_way_to_be_written_and_at_most_four_octets()
    {
        FieldLines.TryRead([0x80, 0x00], out _).Should().Be(FrameError.Value);
        FieldLines.TryRead([0xff, 0xff, 0xff, 0xff], out _).Should().Be(FrameError.Value);
        FieldLines.TryRead([1, 0xff, 0xff, 0xff, 0x7f], out _).Should().Be(FrameError.Length, "268435455 octets are not at hand");
    }

    [Test]
    public void A_writer_refuses_more_fields_than_a_reader_takes_and_leaves_its_neighbours_whole()
    {
        using var message = new FrameBuffer(64);
        message.Window(default, default, 1, 1);
        var tooMany = new FieldList([.. Enumerable.Repeat(("n", ""), FrameLimits.MaxFields + 1)]);

        var writing = () => message.End(default, default, 2, 0, tooMany);

        writing.Should().Throw<TooManyFieldsException>();
        message.Window(default, default, 3, 2);
        FrameModel.TryReadMessage(message.WrittenSpan.ToArray(), out var frames).Should().Be(FrameError.None);
        frames.Should().Equal(new WindowModel(Nobody with { Sequence = 1 }, 1), new WindowModel(Nobody with { Sequence = 3 }, 2));
    }

    private static readonly FrameIdentity Nobody = new(default, default, 0);

    private static byte[] Number(int value) =>
        value < 0x80 ? [(byte)value] : [(byte)(value | 0x80), .. Number(value >> 7)];

    private static byte[] Message(FrameType type, int length, byte[] payload)
    {
        var message = new byte[MessageReader.PreambleSize + FrameHeader.Size + payload.Length];
        MessageReader.WritePreamble(message);
        new FrameHeader(length, type, FrameFlags.None, default, default, 0).Write(message.AsSpan(MessageReader.PreambleSize));
        return message;
    }
}
