namespace AppProxy.Contracts.Identity.Sealing;

/// <summary>A group's key as a connector is given it.</summary>
/// <param name="Id">Of the group's secret.</param>
/// <param name="From">From when it seals, in seconds since 1970 by the gateways' clock.</param>
/// <param name="Until">What is sealed later is not believed; null: not known yet.</param>
/// <param name="Down">Opens what gateways say: base64. Secret.</param>
/// <param name="Up">Seals what this connector says: base64. Secret.</param>
internal sealed record HeldKey(uint Id, long From, long? Until, string Down, string Up)
{
    /// <summary>Without the keys.</summary>
    public override string ToString() => $"{Id:x8}";
}

/// <summary>What a connector is given: its group's keys, oldest first.</summary>
/// <param name="Now">The gateway's clock, in seconds since 1970.</param>
/// <param name="Keys">Secret.</param>
internal sealed record HeldKeys(long Now, IReadOnlyList<HeldKey> Keys);

/// <summary>A connector's side: opens what gateways say, and seals with its own key.</summary>
internal abstract class ConnectorSealingKeys(Guid connector, TimeProvider time) : ISealingKeys
{
    private volatile Held _held = new([], TimeSpan.Zero);

    public DateTimeOffset Now => time.GetUtcNow() + _held.Offset;

    public SealingKey Current
    {
        get
        {
            var (keys, offset) = _held;
            var now = (time.GetUtcNow() + offset).ToUnixTimeSeconds();

            // The newest that seals already; after an outage of the gateway perhaps one that has ended, which the gateway will say.
            for (var i = keys.Length - 1; i > 0; i--)
            {
                if (keys[i].From <= now)
                {
                    return keys[i].Sealing;
                }
            }

            return keys.Length > 0 ? keys[0].Sealing : throw new InvalidOperationException("The gateway gave no keys.");
        }
    }

    public SealingFault Check(in SealedHeader header) =>
        header.Connector != Guid.Empty ? SealingFault.Forged : Find(header.KeyId) is { } key && header.SealedAt <= key.Until ? SealingFault.None : SealingFault.UnknownKey;

    public byte[] OpeningKeyOf(in SealedHeader header) => Find(header.KeyId)!.Down;

    public abstract Task RefreshAsync(CancellationToken cancellationToken);

    public void Take(HeldKeys keys) => _held = new Held(
        [.. keys.Keys.Select(key => new Key(
            key.Id, key.From, key.Until ?? long.MaxValue, Convert.FromBase64String(key.Down), new SealingKey(key.Id, connector, Convert.FromBase64String(key.Up))))],
        DateTimeOffset.FromUnixTimeSeconds(keys.Now) - time.GetUtcNow());

    private Key? Find(uint id)
    {
        foreach (var key in _held.Keys)
        {
            if (key.Id == id)
            {
                return key;
            }
        }

        return null;
    }

    private sealed record Key(uint Id, long From, long Until, byte[] Down, SealingKey Sealing);

    private sealed record Held(Key[] Keys, TimeSpan Offset);
}
