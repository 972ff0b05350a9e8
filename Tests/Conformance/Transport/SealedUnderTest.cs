using System.Collections.Concurrent;
using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Sealing;
using AppProxy.Contracts.Transport.ServiceBus;
using Microsoft.Extensions.Logging.Abstractions;

namespace AppProxy.Tests.Conformance.Transport;

/// <summary>The client for Azure Service Bus with everything sealed, as it is used.</summary>
internal sealed class SealedUnderTest : ServiceBusUnderTest, IRefusalCounter
{
    private static readonly GroupSecret Secret = GroupSecret.Create();

    private readonly ConcurrentDictionary<ITransport, ServiceBusTransport> _inner = new();

    public override async Task<ITransport> OpenAsync(CancellationToken cancellationToken)
    {
        var inner = await base.OpenAsync(cancellationToken);

        // Each is another process: what one has settled too late may come to another.
        var transport = new SealedTransport(inner, new GroupSeal("default", new BothSides(Secret, Time), this, NullLogger.Instance));
        _inner[transport] = (ServiceBusTransport)inner;
        return transport;
    }

    public void Refused(string group, string queue, SealingFault fault) => throw new InvalidOperationException($"A genuine message on {queue} was refused: {fault}.");

    protected override ServiceBusTransport Find(ITransport transport) => _inner[transport];

    /// <summary>The suite sends and receives with one transport.</summary>
    private sealed class BothSides(GroupSecret secret, TimeProvider time) : ISealingKeys
    {
        public DateTimeOffset Now => time.GetUtcNow();

        public SealingKey Current { get; } = new(secret.Id, Guid.Empty, secret.Down);

        public SealingFault Check(in SealedHeader header) => header.KeyId == secret.Id ? SealingFault.None : SealingFault.UnknownKey;

        public byte[] OpeningKeyOf(in SealedHeader header) => secret.Down;

        public Task RefreshAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
