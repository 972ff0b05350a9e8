using AppProxy.Contracts.Frames;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Frames;

[TestFixture]
internal sealed class SettingsHintTests
{
    [TestCase(0), TestCase(1), TestCase(1_767_225_600_000), TestCase((1L << 48) - 1)]
    public void A_heartbeat_carries_a_version_and_is_read_as_before(long version)
    {
        var session = Guid.NewGuid();
        using var message = new FrameBuffer(256);
        message.Heartbeat(FrameFlags.None, 7, session, 42, [], version);

        MessageReader.TryOpen(message.WrittenSpan.ToArray(), out var reader).Should().Be(FrameError.None);
        reader.TryRead(out var frame).Should().BeTrue();
        Heartbeat.TryRead(frame.Payload.Span, out var heartbeat).Should().Be(FrameError.None);

        (heartbeat.Session, heartbeat.Clock, heartbeat.Count, frame.Header.Sequence).Should().Be((session, 42L, 0, 7u));
        SettingsHint.Read(frame.Header).Should().Be(version);
    }
}
