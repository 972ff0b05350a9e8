using AppProxy.Contracts.Frames;
using AppProxy.Tests.Contracts.Frames.Models;
using CsCheck;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Frames;

[TestFixture]
public sealed class FrameRoundTripTests
{
    [Test]
    public void Any_frames_are_read_as_they_were_written() => FrameGen.Message.Sample(
        static frames =>
        {
            var error = FrameModel.TryReadMessage(FrameModel.WriteMessage(frames), out var read);

            return error == FrameError.None && read.SequenceEqual(frames);
        },
        iter: 2_000,
        threads: 1);

    [Test]
    public void Equal_frames_are_equal_bytes() => FrameGen.Message.Sample(
        static frames =>
        {
            var written = FrameModel.WriteMessage(frames);
            FrameModel.TryReadMessage(written, out var read);

            return FrameModel.WriteMessage(read).AsSpan().SequenceEqual(written);
        },
        iter: 500,
        threads: 1);

    /// <summary>One character is one octet, whatever it is: a text that ISO 8859-1 lacks must not shift what follows it.</summary>
    [TestCase("\u20ac", "?")]
    [TestCase("\U0001f600", "??")]
    public void A_character_beyond_latin_1_takes_its_one_octet(string written, string read)
    {
        using var message = new FrameBuffer(64);
        message.End(default, default, 0, 0, new FieldList(("a", written), ("b", "next")));

        FrameModel.TryReadMessage(message.WrittenSpan.ToArray(), out var frames).Should().Be(FrameError.None);
        ((EndModel)frames[0]).Trailers.Should().Be(new FieldList(("a", read), ("b", "next")));
    }

    [Test]
    public void A_data_frame_written_in_place_is_the_same_bytes_as_a_copied_one()
    {
        byte[] body = [1, 2, 3];
        var attempt = new Attempt(2, 3);
        using var copied = new FrameBuffer(64);
        copied.Data(new ExchangeId(4, 5), attempt, 6, 7, body);
        var inPlace = new byte[FrameBuffer.DataMessageOffset + body.Length];
        body.CopyTo(inPlace, FrameBuffer.DataMessageOffset);

        FrameBuffer.WriteDataHeader(inPlace, new ExchangeId(4, 5), attempt, 6, 7, body.Length);

        inPlace.Should().Equal(copied.WrittenSpan.ToArray());
    }
}
