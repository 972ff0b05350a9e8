using AppProxy.Contracts.Frames;
using AppProxy.Tests.Contracts.Frames.Models;
using CsCheck;

namespace AppProxy.Tests.Contracts.Frames;

/// <summary>Random frames, with every octet and the lengths at which a length itself grows by an octet.</summary>
internal static class FrameGen
{
    private static readonly Gen<int> Length = Gen.Frequency((10, Gen.Int[0, 20]), (2, Gen.Int[120, 135]), (1, Gen.Int[16_380, 16_390]));

    private static readonly Gen<string> Text = Length.SelectMany(static length => Gen.Char['\0', '\u00ff'].Array[length]).Select(static c => new string(c));

    /// <summary>For fields: a hundred long ones would make a test of lengths slow.</summary>
    private static readonly Gen<string> ShortText =
        Gen.Int[0, 135].SelectMany(static length => Gen.Char['\0', '\u00ff'].Array[length]).Select(static c => new string(c));

    private static readonly Gen<string> Token = Gen.Char['!', '~'].Array[1, 12].Select(static c => new string(c));

    private static readonly Gen<long> Offset = Gen.Frequency((5, Gen.Long[0, 1 << 22]), (1, Gen.Long[0, long.MaxValue - FrameLimits.MaxDataLength]));

    private static readonly Gen<ExchangeId> Exchange = Gen.Select(Gen.ULong, Gen.ULong, static (high, low) => new ExchangeId(high, low));

    private static readonly Gen<Attempt> Attempt = Gen.Select(Gen.UShort, Gen.UInt, static (send, nonce) => new Attempt(send, nonce));

    private static readonly Gen<FrameIdentity> Identity = Gen.Select(Exchange, Attempt, Gen.UInt, static (e, a, s) => new FrameIdentity(e, a, s));

    private static readonly Gen<FieldList> Fields = Gen.OneOf(Gen.Int[0, 6], Gen.Int[126, 130])
        .SelectMany(static count => Gen.Select(Token, Gen.OneOf(Token, Gen.Const(""), ShortText), static (name, value) => (name, value)).Array[count])
        .Select(static lines => new FieldList(lines));

    private static readonly Gen<FrameModel> RequestHead =
        from identity in Identity
        from flags in Gen.Int[0, 0x0f]
        from session in Gen.Guid
        from numbers in Gen.Select(Offset, Gen.UInt, Gen.UInt, Offset, Gen.ULong)
        from texts in Text.Array[6]
        from method in Token
        from target in Token
        from fields in Fields
        select (FrameModel)new RequestHeadModel(identity, (FrameFlags)flags)
        {
            ReplySession = session,
            Deadline = numbers.Item1,
            ResponseHeadTimeout = numbers.Item2,
            IdleTimeout = numbers.Item3,
            ResponseWindow = numbers.Item4,
            SettingsVersion = numbers.Item5,
            AppId = texts[0],
            ClientAddress = texts[1],
            TraceParent = texts[2],
            TraceState = texts[3],
            Assertion = texts[4],
            ClientConnection = texts[5],
            Method = method,
            Target = target,
            Fields = fields,
        };

    private static readonly Gen<FrameModel> ResponseHead =
        from identity in Identity
        from flags in Gen.OneOf(Gen.Const(FrameFlags.None), Gen.Const(FrameFlags.Interim), Gen.Const(FrameFlags.Complete))
        from session in Gen.Guid
        from status in Gen.Int[100, 999]
        from reason in Text
        from fields in Fields
        select (FrameModel)new ResponseHeadModel(identity, flags, session, status, reason, fields);

    private static readonly Gen<HeartbeatEntry> Entry =
        from exchange in Exchange
        from attempt in Attempt
        from next in Gen.UInt
        from sent in Offset
        from received in Offset
        select new HeartbeatEntry(exchange, attempt, next, sent, received);

    private static readonly Gen<FrameModel> Heartbeat =
        from beat in Gen.UInt
        from flags in Gen.OneOf(Gen.Const(FrameFlags.None), Gen.Const(FrameFlags.Continued))
        from session in Gen.Guid
        from clock in Offset
        from entries in Entry.Array[0, 5]
        select (FrameModel)new HeartbeatModel(HeartbeatModel.Beat(beat), flags, session, clock, entries);

    /// <summary>Any frame.</summary>
    public static readonly Gen<FrameModel> Frame = Gen.OneOf(
        RequestHead,
        ResponseHead,
        Heartbeat,
        Gen.Select(Identity, Text, static (i, t) => (FrameModel)new HeadContinuationModel(i, FrameFlags.None, t)),
        Gen.Select(Identity, Gen.Guid, Offset, static (i, s, w) => (FrameModel)new ClaimModel(i, new ClaimPayload(s, w))),
        Gen.Select(Identity, Offset, Text, static (i, o, t) => (FrameModel)new DataModel(i, o, t)),
        Gen.Select(Identity, Offset, Fields, static (i, o, f) => (FrameModel)new EndModel(i, o, f)),
        Gen.Select(Identity, Offset, static (i, o) => (FrameModel)new WindowModel(i, o)),
        Gen.Select(Identity, Gen.UShort, static (i, r) => (FrameModel)new ResetModel(i, r)));

    /// <summary>The frames of one message, of several exchanges.</summary>
    public static readonly Gen<FrameModel[]> Message = Frame.Array[0, 6];
}
