using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>What one end of a connection offers and allows.</summary>
internal sealed record AmqpConnectionOptions
{
    public required string ContainerId { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Name of the namespace, sent by a client.</summary>
    public string? HostName { get; init; }

    /// <summary>Largest frame taken, in bytes. A 64 KB body chunk with its head shall be one frame; Service Bus itself says 65 536.</summary>
    public int MaxFrameSize { get; init; } = 256 * 1024;

    /// <summary>Silence after which the peer counts as gone; half of it is announced (AMQP 1.0 section 2.4.5). Zero = never.</summary>
    public TimeSpan IdleTimeOut { get; init; } = TimeSpan.FromSeconds(60);

    public ushort ChannelMax { get; init; } = 255;

    /// <summary>Handles 0 … this; Service Bus allows 255 links a session.</summary>
    public byte HandleMax { get; init; } = 254;

    /// <summary>Transfer frames a session takes before it must open its window again; as Service Bus.</summary>
    public uint IncomingWindow { get; init; } = 5_000;

    /// <summary>Bytes of deliveries that have begun and not ended, over all links; beyond it the connection ends.</summary>
    public int MaxPartialBytes { get; init; } = 16 * 1024 * 1024;

    public OutputBudget OutputBudget { get; init; } = OutputBudget.Unlimited;

    public Open ToOpen() => new()
    {
        ContainerId = ContainerId,
        HostName = HostName,
        MaxFrameSize = (uint)MaxFrameSize,
        ChannelMax = ChannelMax,
        IdleTimeOut = (uint)(IdleTimeOut.TotalMilliseconds / 2),
    };
}
