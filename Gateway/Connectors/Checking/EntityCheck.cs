using System.Globalization;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Gateway.Publishing;

namespace AppProxy.Gateway.Connectors.Checking;

/// <summary>Whether one of a group's queues is there and what it must be, as far as links tell.</summary>
internal static class EntityCheck
{
    /// <summary>A piece of a head and the first of its body: more is never in one message, and sealing adds little.</summary>
    private const int LargestMessage = HeadPieces.Size + FrameLimits.MaxDataLength;

    /// <param name="entity">The queue.</param>
    /// <param name="own">The gateway's link there, in its direction.</param>
    /// <param name="listener">A link that listens there, of a connector or the gateway's own.</param>
    public static TestStep ToStep(GroupEntity entity, LinkAnswer own, LinkAnswer listener)
    {
        var sessions = entity.HasSessions ? "with sessions" : "without sessions";
        var right = entity.IsSentTo ? "Listen" : "Send";
        if (own.IsMissing || listener.IsMissing)
        {
            return TestStep.Fail(entity.Name, "There is no such queue.", $"Make it, {sessions} (--enable-session {(entity.HasSessions ? "true" : "false")} with az servicebus queue create).");
        }

        if (own.IsOfOtherKind || listener.IsOfOtherKind)
        {
            return TestStep.Fail(
                entity.Name,
                entity.HasSessions ? $"It has no sessions, so gateways and connectors cannot tell their messages apart: {(own.IsOfOtherKind ? own : listener).Words}." : $"It requires sessions, which requests are not in: {(own.IsOfOtherKind ? own : listener).Words}.",
                $"Sessions cannot be changed: delete the queue and make it anew {sessions}.");
        }

        if (!own.IsOpen)
        {
            return own.IsUnauthorized
                ? TestStep.Fail(entity.Name, $"The gateway may not use it: {own.Words}.", $"Give the rule or the identity of Gateway:ServiceBus {right} on {entity.Name}.")
                : TestStep.Fail(entity.Name, $"It does not open: {own.Words}.", "Once more; if it stays so, look at the namespace's health and at whether the queue is disabled.");
        }

        if (!entity.IsSentTo && own.MaxBodySize < LargestMessage)
        {
            return TestStep.Fail(
                entity.Name,
                string.Create(CultureInfo.InvariantCulture, $"It takes messages of {own.MaxBodySize / 1024} KB, and the relay's have up to {LargestMessage / 1024} KB."),
                "Raise the queue's limit of a message to 256 KB.");
        }

        var size = entity.IsSentTo ? "" : string.Create(CultureInfo.InvariantCulture, $", and takes messages of {own.MaxBodySize / 1024} KB");
        return listener.IsOpen || entity.IsSentTo
            ? TestStep.Ok(entity.Name, $"The gateway may {(entity.IsSentTo ? "listen" : "send")} there; it is {sessions}{size}.")
            : TestStep.Skip(
                entity.Name,
                $"The gateway may send there{size}. Whether it is {sessions} only shows to who may listen.",
                listener.IsUnauthorized ? null : $"Listening fails: {listener.Words}.");
    }
}
