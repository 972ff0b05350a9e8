using System.Collections.Frozen;
using System.Text;

namespace AppProxy.Contracts.Transport.Amqp.Codec;

/// <summary>Descriptors of AMQP 1.0, all in domain 0, and their symbolic names, which a peer may send instead.</summary>
internal static class Descriptor
{
    public const byte Open = 0x10;
    public const byte Begin = 0x11;
    public const byte Attach = 0x12;
    public const byte Flow = 0x13;
    public const byte Transfer = 0x14;
    public const byte Disposition = 0x15;
    public const byte Detach = 0x16;
    public const byte End = 0x17;
    public const byte Close = 0x18;
    public const byte Error = 0x1d;
    public const byte Received = 0x23;
    public const byte Accepted = 0x24;
    public const byte Rejected = 0x25;
    public const byte Released = 0x26;
    public const byte Modified = 0x27;
    public const byte Source = 0x28;
    public const byte Target = 0x29;
    public const byte Coordinator = 0x30;
    public const byte TransactionalState = 0x34;
    public const byte SaslMechanisms = 0x40;
    public const byte SaslInit = 0x41;
    public const byte SaslChallenge = 0x42;
    public const byte SaslResponse = 0x43;
    public const byte SaslOutcome = 0x44;
    public const byte Header = 0x70;
    public const byte DeliveryAnnotations = 0x71;
    public const byte MessageAnnotations = 0x72;
    public const byte Properties = 0x73;
    public const byte ApplicationProperties = 0x74;
    public const byte Data = 0x75;
    public const byte Sequence = 0x76;
    public const byte Value = 0x77;
    public const byte Footer = 0x78;

    private static readonly FrozenDictionary<string, ulong> Symbols = new Dictionary<string, ulong>
    {
        ["amqp:open:list"] = Open,
        ["amqp:begin:list"] = Begin,
        ["amqp:attach:list"] = Attach,
        ["amqp:flow:list"] = Flow,
        ["amqp:transfer:list"] = Transfer,
        ["amqp:disposition:list"] = Disposition,
        ["amqp:detach:list"] = Detach,
        ["amqp:end:list"] = End,
        ["amqp:close:list"] = Close,
        ["amqp:error:list"] = Error,
        ["amqp:received:list"] = Received,
        ["amqp:accepted:list"] = Accepted,
        ["amqp:rejected:list"] = Rejected,
        ["amqp:released:list"] = Released,
        ["amqp:modified:list"] = Modified,
        ["amqp:source:list"] = Source,
        ["amqp:target:list"] = Target,
        ["amqp:coordinator:list"] = Coordinator,
        ["amqp:transactional-state:list"] = TransactionalState,
        ["amqp:sasl-mechanisms:list"] = SaslMechanisms,
        ["amqp:sasl-init:list"] = SaslInit,
        ["amqp:sasl-challenge:list"] = SaslChallenge,
        ["amqp:sasl-response:list"] = SaslResponse,
        ["amqp:sasl-outcome:list"] = SaslOutcome,
        ["amqp:header:list"] = Header,
        ["amqp:delivery-annotations:map"] = DeliveryAnnotations,
        ["amqp:message-annotations:map"] = MessageAnnotations,
        ["amqp:properties:list"] = Properties,
        ["amqp:application-properties:map"] = ApplicationProperties,
        ["amqp:data:binary"] = Data,
        ["amqp:amqp-sequence:list"] = Sequence,
        ["amqp:amqp-value:*"] = Value,
        ["amqp:footer:map"] = Footer,
    }.ToFrozenDictionary();

    public static ulong FromSymbol(ReadOnlySpan<byte> symbol) =>
        symbol.Length <= 64 && Symbols.TryGetValue(Encoding.ASCII.GetString(symbol), out var code) ? code : ulong.MaxValue;
}
