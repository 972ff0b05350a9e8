using System.Security.Cryptography;
using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Sealing;
using AppProxy.Gateway.Connectors.Sealing;
using Microsoft.Extensions.Logging.Abstractions;

namespace AppProxy.Gateway.Connectors.Checking;

/// <summary>
/// A sealed message from the gateway's side to a connector's place, and one back, in sessions that nobody else knows: what a group is doing is not disturbed,
/// and what is left over ends in seconds.
/// </summary>
internal sealed class RoundTrip(string group, GroupSecret secret, TimeProvider time, TimeSpan patience) : IRefusalCounter
{
    private static readonly TimeSpan MessageLife = TimeSpan.FromSeconds(30);

    private int _refused;

    /// <summary>How long it took.</summary>
    /// <exception cref="TransportException">It did not come to its end.</exception>
    public async Task<TimeSpan> RunAsync(ITransport gateway, ITransport toListen, ITransport toSend, CancellationToken cancellationToken)
    {
        using var keys = new GroupKeys(null, new Dictionary<string, IReadOnlyList<GroupKey>> { [group] = [new GroupKey(group, 1, secret, default, null)] }, time, NullLogger<GroupKeys>.Instance);
        var ours = new GroupSeal(group, new GatewaySealingKeys(group, keys, null, time), this, NullLogger.Instance);
        var theirs = new GroupSeal(group, new ConfiguredSealingKeys(secret, null, time), this, NullLogger.Instance);
        var there = await CarryAsync(gateway, ours, toListen, theirs, GroupEntity.Uplinks(group), cancellationToken);
        return there + await CarryAsync(toSend, theirs, gateway, ours, GroupEntity.Replies(group), cancellationToken);
    }

    public void Refused(string group, string queue, SealingFault fault) => Interlocked.Increment(ref _refused);

    private async Task<TimeSpan> CarryAsync(ITransport from, GroupSeal seals, ITransport to, GroupSeal opens, GroupEntity entity, CancellationToken cancellationToken)
    {
        var message = new Message(Guid.NewGuid().ToString("N"));
        var arrival = new Arrival(message.Body.ToArray());
        var receiver = new SealedReceiver(opens, entity.Name, new ReceiverOptions { Mode = entity.Mode, SessionId = message.SessionId }, arrival, cancellationToken);
        var inner = await to.OpenReceiverAsync(entity.Name, new ReceiverOptions { Mode = entity.Mode, SessionId = message.SessionId }, receiver, cancellationToken);
        receiver.Attach(inner);
        await using (receiver)
        {
            await using var sender = new SealedSender(await from.OpenSenderAsync(entity.Name, cancellationToken), seals.CreateSealer(entity.Name));
            receiver.AddCredit(1);
            var began = time.GetTimestamp();
            sender.Send(message);
            try
            {
                await message.Sent.WaitAsync(patience, time, cancellationToken);
                if (!await arrival.Came.WaitAsync(patience, time, cancellationToken))
                {
                    throw new TransportException(TransportFailure.Protocol, $"A message on {entity.Name} arrived altered.");
                }
            }
            catch (TimeoutException)
            {
                throw new TransportException(TransportFailure.Timeout, _refused > 0
                    ? $"A message on {entity.Name} arrived altered, and was refused."
                    : $"A message on {entity.Name} did not arrive in time.");
            }

            return time.GetElapsedTime(began);
        }
    }

    private sealed class Message : OutboundMessage
    {
        private const int Size = 1024;

        private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Message(string sessionId)
        {
            SessionId = sessionId;
            RandomNumberGenerator.Fill(Buffer.Array.AsSpan(0, Size));
        }

        public Task Sent => _sent.Task;

        public override PooledBuffer Buffer { get; } = PooledBuffer.Rent(Size);

        public override ReadOnlyMemory<byte> Body => Buffer.Array.AsMemory(0, Size);

        public override string SessionId { get; }

        public override TimeSpan TimeToLive => MessageLife;

        public override void Completed(TransportException? failure)
        {
            Buffer.Release();
            if (failure is null)
            {
                _sent.TrySetResult();
            }
            else
            {
                _sent.TrySetException(failure);
            }
        }
    }

    /// <summary>Waits for the one message.</summary>
    private sealed class Arrival(byte[] expected) : IMessageHandler
    {
        private readonly TaskCompletionSource<bool> _came = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<bool> Came => _came.Task;

        public void OnMessage(InboundMessage message)
        {
            var isSame = message.Body.Span.SequenceEqual(expected);
            message.Settle(Settlement.Complete);
            message.Release();
            _came.TrySetResult(isSame);
        }

        public void OnClosed(TransportException? reason)
            => _came.TrySetException(reason ?? new TransportException(TransportFailure.Detached, "The receiver is closed."));
    }
}
