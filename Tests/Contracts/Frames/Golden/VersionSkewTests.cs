using System.Buffers.Binary;
using AppProxy.Contracts.Frames;
using AppProxy.Tests.Contracts.Frames.Models;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Frames.Golden;

/// <summary>What today's code makes of bytes that a later release might write (Contracts/README.md, section 4).</summary>
[TestFixture]
public sealed class VersionSkewTests
{
    private static readonly string Version = $"v{MessageReader.Version}";

    private static IEnumerable<string> Names => GoldenFolder.Names(Version);

    [TestCaseSource(nameof(Names))]
    public void A_flag_that_nobody_knows_yet_is_passed_over(string name)
    {
        var message = GoldenFolder.Read(Version, name);
        foreach (var start in Starts(message))
        {
            message[start + 5] |= LaterFlagOf(FrameHeader.Read(message.AsSpan(start)).Type);
        }

        FrameModel.TryReadMessage(message, out var frames).Should().Be(FrameError.None);

        frames.Select(static frame => frame.Identity).Should().Equal(GoldenMessages.Of(Version)[name].Select(static frame => frame.Identity));
    }

    [TestCaseSource(nameof(Names))]
    public void A_frame_of_a_type_that_nobody_knows_yet_spoils_its_message_and_nothing_else(string name)
    {
        var message = GoldenFolder.Read(Version, name);
        var later = new byte[FrameHeader.Size];
        new FrameHeader(FrameHeader.Size, (FrameType)((byte)Enum.GetValues<FrameType>().Max() + 1), FrameFlags.None, default, default, 0).Write(later);

        FrameModel.TryReadMessage((byte[])[.. message, .. later], out var frames).Should().Be(FrameError.UnknownType);

        frames.Should().BeEmpty("all or nothing");
        FrameModel.TryReadMessage(message, out _).Should().Be(FrameError.None);
    }

    [TestCaseSource(nameof(Names))]
    public void A_message_of_a_later_version_is_refused(string name)
    {
        var message = GoldenFolder.Read(Version, name);
        message[2] = MessageReader.Version + 1;
        FrameModel.TryReadMessage(message, out _).Should().Be(FrameError.UnsupportedVersion);
        message[2] = 0;
        FrameModel.TryReadMessage(message, out _).Should().Be(FrameError.UnsupportedVersion);
    }

    [TestCaseSource(nameof(Names))]
    public void A_payload_with_more_behind_it_is_not_taken_for_one_of_this_version(string name)
    {
        var message = GoldenFolder.Read(Version, name);
        var start = Starts(message).LastOrDefault();
        var type = start == 0 ? FrameType.None : FrameHeader.Read(message.AsSpan(start)).Type;
        var longer = (byte[])[.. message, 0];
        if (start > 0)
        {
            BinaryPrimitives.WriteInt32BigEndian(longer.AsSpan(start), longer.Length - start);
        }

        var error = FrameModel.TryReadMessage(longer, out _);

        // These two carry octets to their end, whatever they are.
        (error == FrameError.None).Should().Be(type is FrameType.Data or FrameType.HeadContinuation);
    }

    /// <summary>One that means something to frames of other types only: to this one a later release may give it.</summary>
    private static byte LaterFlagOf(FrameType type) => (byte)(type == FrameType.Reset ? FrameFlags.Interim : FrameFlags.UnreachableHere);

    /// <summary>Where frames begin.</summary>
    private static List<int> Starts(byte[] message)
    {
        var starts = new List<int>();
        for (var at = MessageReader.PreambleSize; at < message.Length; at += FrameHeader.Read(message.AsSpan(at)).Length)
        {
            starts.Add(at);
        }

        return starts;
    }
}
