using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Exchanges;

/// <summary>An outbox whose link does what the test says, and exchanges that write into it.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public abstract class FrameOutboxFixture
{
    private protected RecordingOutboxOwner Owner { get; } = new();

    private protected static FakeRequest Name(ExchangeChannel channel)
    {
        var request = new FakeRequest();
        using var frames = channel.Open();
        frames.SettleWhenAccepted(request);
        frames.Claim(ref channel.Sequence, default);
        return request;
    }

    private protected static void Write(ExchangeChannel channel, int count)
    {
        for (var i = 0; i < count; i++)
        {
            using var frames = channel.Open();
            frames.Window(ref channel.Sequence, i);
        }
    }

    private protected static ExchangeChannel Channel(FrameOutbox outbox) =>
        new(outbox, ExchangeId.Create(), new Attempt(1, 1), firstOut: 0, firstIn: 0, sendLimit: 0, inbound: null);

    private protected FrameOutbox Outbox(out ScriptedSender link)
    {
        link = new ScriptedSender();
        var outbox = new FrameOutbox("session", Owner);
        outbox.Attach(link);
        return outbox;
    }
}
