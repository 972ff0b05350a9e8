using AppProxy.Contracts.Identity.Sealing;

namespace AppProxy.Tests.Contracts.Identity.Sealing;

/// <summary>The keys of one side, as a test wants them.</summary>
internal sealed class TestKeys(GroupSecret secret, bool isGateway, TimeProvider time) : ISealingKeys
{
    public static readonly Guid Connector = new("0f8fad5b-d9cb-469f-a165-70867728950e");

    public GroupSecret Secret { get; set; } = secret;

    public DateTimeOffset Now => time.GetUtcNow();

    public SealingKey Current => isGateway ? new(Secret.Id, Guid.Empty, Secret.Down) : new(Secret.Id, Connector, Secret.UpOf(Connector));

    public SealingFault Check(in SealedHeader header) => header.KeyId == Secret.Id ? SealingFault.None : SealingFault.UnknownKey;

    public byte[] OpeningKeyOf(in SealedHeader header) => isGateway ? Secret.UpOf(header.Connector) : Secret.Down;

    public Task RefreshAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
