using System.Runtime.InteropServices;
using AppProxy.Contracts.Frames;
using AppProxy.Tests.Contracts.Frames.Golden;
using AppProxy.Tests.Contracts.Frames.Models;
using CsCheck;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Frames;

/// <summary>Bytes from the other side may be anything: reading them gives frames or an error, and never an exception.</summary>
[TestFixture]
public sealed class FrameRobustnessTests
{
    private static IEnumerable<string> Names => GoldenMessages.Of("v1").Keys;

    private static readonly Gen<(byte[] Message, byte Poison)> Mutated =
        from message in FrameGen.Message.Select(FrameModel.WriteMessage)
        from edits in Gen.Select(Gen.Int[0, int.MaxValue], Gen.Byte, Gen.Int[0, 2]).Array[1, 8]
        from poison in Gen.Byte
        select (edits.Aggregate(message, static (m, e) => Edit(m, e.Item1, e.Item2, e.Item3)), poison);

    [TestCaseSource(nameof(Names))]
    public void A_message_cut_anywhere_is_an_error_or_the_frames_before_the_cut(string name)
    {
        var whole = GoldenMessages.Of("v1")[name];
        var message = FrameModel.WriteMessage(whole);
        for (var length = 0; length < message.Length; length++)
        {
            var error = FrameModel.TryReadMessage(message.AsMemory(0, length), out var frames);

            (error != FrameError.None || frames.Count < whole.Length).Should().BeTrue("nothing is whole that was cut at {0}", length);
            frames.Should().Equal(whole[..frames.Count]);
        }
    }

    [TestCaseSource(nameof(Names))]
    public void A_payload_cut_anywhere_is_an_error_or_a_shorter_body(string name)
    {
        foreach (var model in GoldenMessages.Of("v1")[name])
        {
            var message = FrameModel.WriteMessage([model]);
            var payload = message.Length - MessageReader.PreambleSize - FrameHeader.Size;
            for (var length = 0; length < payload; length++)
            {
                var cut = message[..(message.Length - payload + length)];
                Relabel(cut);

                var error = FrameModel.TryReadMessage(cut, out var frames);

                if (error == FrameError.None)
                {
                    frames.Should().ContainSingle().Which.Should().Match(frame => frame is DataModel || frame is HeadContinuationModel);
                }
            }
        }
    }

    [Test]
    public void Mutated_bytes_never_throw_and_nothing_behind_a_message_is_read() => Mutated.Sample(
        static sample =>
        {
            // The same message, once alone and once amid other bytes: whoever reads past the end sees a difference.
            var amid = new byte[sample.Message.Length + 200];
            amid.AsSpan().Fill(sample.Poison);
            sample.Message.CopyTo(amid, 100);

            var error = FrameModel.TryReadMessage(sample.Message, out var frames);
            var errorAmid = FrameModel.TryReadMessage(amid.AsMemory(100, sample.Message.Length), out var framesAmid);

            return error == errorAmid && frames.SequenceEqual(framesAmid) && AreSlicesOf(sample.Message);
        },
        iter: 3_000,
        threads: 1);

    [Test]
    public void A_bad_frame_at_the_end_undoes_the_whole_message()
    {
        var good = FrameModel.WriteMessage(GoldenMessages.Of("v1")["mixed"]);
        byte[] message = [.. good, 0, 0, 0, 1];

        MessageReader.TryOpen(message, out var reader).Should().Be(FrameError.Length);
        reader.TryRead(out _).Should().BeFalse();
    }

    [Test]
    public void Reading_allocates_nothing_whatever_lengths_it_is_told()
    {
        // A field section that says 4096 fields, a text of 256 MB, a frame of 2 GB.
        byte[] fields = [0x80, 0x20, 0xff, 0xff, 0xff, 0x7f, 1, 2];
        var frame = new byte[MessageReader.PreambleSize + FrameHeader.Size];
        MessageReader.WritePreamble(frame);
        new FrameHeader(int.MaxValue, FrameType.Data, FrameFlags.None, default, default, 0).Write(frame.AsSpan(MessageReader.PreambleSize));
        Read();
        var before = GC.GetAllocatedBytesForCurrentThread();

        Read();

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        void Read()
        {
            _ = FieldLines.TryRead(fields, out _);
            _ = MessageReader.TryOpen(frame, out _);
            _ = Heartbeat.TryRead(fields, out _);
        }
    }

    private static byte[] Edit(byte[] message, int where, byte value, int kind)
    {
        var at = where % (message.Length + 1);
        return kind switch
        {
            0 when at < message.Length => [.. message[..at], value, .. message[(at + 1)..]],
            1 => [.. message[..at], value, .. message[at..]],
            _ when at < message.Length => [.. message[..at], .. message[(at + 1)..]],
            _ => message,
        };
    }

    /// <summary>Makes header and length agree again, so that the cut is the payload's own affair.</summary>
    private static void Relabel(byte[] message)
    {
        var header = FrameHeader.Read(message.AsSpan(MessageReader.PreambleSize));
        (header with { Length = message.Length - MessageReader.PreambleSize }).Write(message.AsSpan(MessageReader.PreambleSize));
    }

    private static bool AreSlicesOf(byte[] message)
    {
        if (MessageReader.TryOpen(message, out var reader) != FrameError.None)
        {
            return true;
        }

        var end = MessageReader.PreambleSize;
        while (reader.TryRead(out var frame))
        {
            if (!MemoryMarshal.TryGetArray(frame.Payload, out var slice) || slice.Array != message || slice.Offset != end + FrameHeader.Size)
            {
                return false;
            }

            end = slice.Offset + slice.Count;
        }

        return end == message.Length;
    }
}
