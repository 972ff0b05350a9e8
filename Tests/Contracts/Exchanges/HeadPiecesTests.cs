using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;
using AppProxy.Tests.Contracts.Frames.Models;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Exchanges;

/// <summary>A head of any size crosses: cut where it is written, put together where it is read.</summary>
[TestFixture]
[CancelAfter(10_000)]
public sealed class HeadPiecesTests
{
    private const int LargestMessage = 256 * 1024;

    [TestCase(1_000, 1)]
    [TestCase(HeadPieces.Size - 1, 1)]
    [TestCase(HeadPieces.Size, 1)]
    [TestCase(HeadPieces.Size + 1, 2)]
    [TestCase(HeadPieces.Size + FrameHeader.Size, 2)]
    [TestCase(HeadPieces.Size + FrameHeader.Size + 1, 2)]
    [TestCase(2 * HeadPieces.Size, 2)]
    [TestCase((2 * HeadPieces.Size) + 1, 3)]
    [TestCase(1024 * 1024, 8)]
    [TestCase(FrameLimits.MaxHeadLength, 32)]
    public void A_response_head_crosses_in_as_many_pieces_as_it_needs(int payload, int pieces)
    {
        var link = new ScriptedSender();
        var outbox = new FrameOutbox("session", new RecordingOutboxOwner());
        outbox.Attach(link);
        var channel = new ExchangeChannel(outbox, new ExchangeId(1, 2), new Attempt(1, 3), firstOut: 0, firstIn: 0, sendLimit: 100, null);
        var fields = FieldsFor(payload);

        using (var frames = channel.Open())
        {
            frames.ResponseHead(FrameFlags.Complete, ref channel.Sequence, new ResponseHead { Status = 200 }, fields);
            channel.SendData(frames, [1, 2, 3]);
            channel.SendEnd(frames, default(NoFields));
        }

        link.Sent.Should().OnlyContain(static message => message.Length <= LargestMessage);
        link.Frames.Select(static frame => frame.Header.Sequence).Should().Equal(Enumerable.Range(0, pieces + 2).Select(static i => (uint)i));
        using var head = Assemble(link.Frames[..pieces]);
        head.Payload.Length.Should().Be(payload);
        head.Flags.Should().Be(pieces == 1 ? FrameFlags.Complete : FrameFlags.None, "what follows a cut head is not in its message");
        ResponseHead.TryRead(head.Payload.Span, head.Flags, out var read).Should().Be(FrameError.None);
        FieldList.Read(read.FieldSection).Should().Be(fields);
        link.AcceptAll();
        link.Buffers.Should().OnlyContain(static buffer => Buffers.IsReleased(buffer));
    }

    [Test]
    public void A_head_behind_other_frames_leaves_them_as_they_are()
    {
        var link = new ScriptedSender();
        var outbox = new FrameOutbox("session", new RecordingOutboxOwner());
        var channel = new ExchangeChannel(outbox, new ExchangeId(1, 2), new Attempt(1, 3), firstOut: 0, firstIn: 0, sendLimit: 100, null);
        using (var frames = channel.Open())
        {
            frames.Window(ref channel.Sequence, 77);
            frames.ResponseHead(FrameFlags.None, ref channel.Sequence, new ResponseHead { Status = 200 }, FieldsFor(200_000));
            frames.Window(ref channel.Sequence, 78);
        }

        outbox.Attach(link);

        link.Frames.Select(static frame => frame.Header.Type).Should().Equal(
            FrameType.Window, FrameType.ResponseHead, FrameType.HeadContinuation, FrameType.Window);
        link.Frames.Select(static frame => frame.Header.Sequence).Should().Equal(0, 1, 2, 3);
    }

    [Test]
    public void A_request_whose_body_comes_along_is_not_cut_for_the_body_s_sake()
    {
        using var message = new FrameBuffer(64);
        message.RequestHead(FrameFlags.Replayable, default, default, 0, new RequestHead { Method = "GET"u8, Target = "/"u8 }, FieldsFor(100_000));
        HeadPieces.MustCut(message.WrittenSpan).Should().BeFalse();

        message.Data(default, default, 1, 0, new byte[FrameLimits.MaxDataLength]);

        HeadPieces.MustCut(message.WrittenSpan).Should().BeFalse("the head fits, and so does the message: {0}", message.Length);
        message.Length.Should().BeLessThan(LargestMessage);
    }

    [Test]
    public void A_request_head_is_cut_and_continued_elsewhere()
    {
        using var message = new FrameBuffer(64);
        var fields = FieldsFor(300_000);
        message.RequestHead(FrameFlags.Body, new ExchangeId(1, 2), new Attempt(1, 0), 0, new RequestHead { Method = "POST"u8, Target = "/"u8 }, fields);
        HeadPieces.MustCut(message.WrittenSpan).Should().BeTrue();
        var link = new ScriptedSender();
        var outbox = new FrameOutbox("uplink", new RecordingOutboxOwner());
        outbox.Attach(link);
        var channel = new ExchangeChannel(outbox, new ExchangeId(1, 2), new Attempt(1, 3), firstOut: 1, firstIn: 0, sendLimit: 0, null);

        using var first = HeadPieces.First(message.WrittenSpan);
        using (var frames = channel.Open())
        {
            frames.HeadRest(ref channel.Sequence, HeadPieces.Rest(message.WrittenSpan));
        }

        MessageReader.TryOpen(first.WrittenSpan.ToArray(), out var reader).Should().Be(FrameError.None);
        reader.TryRead(out var headFrame).Should().BeTrue();
        RequestHead.TryRead(headFrame.Payload.Span, headFrame.Header.Flags, out var beginning).Should().Be(FrameError.None, "a connector may look at a beginning");
        beginning.Method.SequenceEqual("POST"u8).Should().BeTrue();
        using var head = Assemble([headFrame, .. link.Frames]);
        RequestHead.TryRead(head.Payload.Span, head.Flags, out var whole).Should().Be(FrameError.None);
        FieldList.Read(whole.FieldSection).Should().Be(fields);
    }

    [Test]
    public void A_head_beyond_its_limit_is_refused_and_so_is_a_continuation_that_is_not_due()
    {
        var continued = new Frame(new FrameHeader(0, FrameType.ResponseHead, FrameFlags.Continued, default, default, 0), new byte[10]);
        var more = new Frame(new FrameHeader(0, FrameType.HeadContinuation, FrameFlags.Continued, default, default, 1), new byte[10]);
        var last = new Frame(new FrameHeader(0, FrameType.HeadContinuation, FrameFlags.None, default, default, 1), new byte[10]);
        var owner = PooledBuffer.Rent(1);
        using (var head = new HeadAssembly(continued, owner, limit: 30))
        {
            head.TryAdd(more).Should().BeTrue();
            head.TryAdd(more).Should().BeTrue();
            head.TryAdd(more).Should().BeFalse("40 is more than 30");
        }

        using (var head = new HeadAssembly(continued, owner, limit: 30))
        {
            head.IsComplete.Should().BeFalse();
            head.TryAdd(last).Should().BeTrue();
            head.IsComplete.Should().BeTrue();
            head.TryAdd(last).Should().BeFalse("none is due");
        }

        owner.Release();
        Buffers.IsReleased(owner).Should().BeTrue();
    }

    /// <summary>One field that makes a response head's payload exactly so long.</summary>
    private static FieldList FieldsFor(int payload)
    {
        // Session, status, no reason, one line, its name of one octet; then the value and its own length.
        const int Before = 16 + 2 + 1 + 1 + 2;
        var prefix = payload > 1 << 21 ? 4 : payload > 1 << 14 ? 3 : 2;
        return new FieldList(("n", new string('v', payload - Before - prefix)));
    }

    private static HeadAssembly Assemble(List<Frame> frames)
    {
        var owner = PooledBuffer.Rent(1);
        var head = new HeadAssembly(frames[0], owner, FrameLimits.MaxHeadLength);
        owner.Release();
        foreach (var continuation in frames[1..])
        {
            continuation.Header.Type.Should().Be(FrameType.HeadContinuation);
            head.IsComplete.Should().BeFalse();
            head.TryAdd(continuation).Should().BeTrue();
        }

        head.IsComplete.Should().BeTrue();
        return head;
    }
}
