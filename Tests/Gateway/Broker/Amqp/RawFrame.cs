using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Tests.Gateway.Broker.Amqp;

/// <summary>A frame as it came: its performative's fields, and the payload behind them.</summary>
internal sealed record RawFrame(ulong Descriptor, AmqpValue[] Fields, byte[] Payload)
{
    /// <summary>A field, or null when the list is shorter.</summary>
    public AmqpValue this[int index] => index < Fields.Length ? Fields[index] : default;

    /// <summary>Condition of the error in a field.</summary>
    public string? ErrorAt(int index) => this[index].IsNull ? null : this[index].Undescribed.Items[0].Text;
}
