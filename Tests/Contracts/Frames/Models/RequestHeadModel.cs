using AppProxy.Contracts.Frames;

namespace AppProxy.Tests.Contracts.Frames.Models;

internal sealed record RequestHeadModel(FrameIdentity Identity, FrameFlags Flags) : FrameModel(Identity)
{
    public Guid ReplySession { get; init; }

    public long Deadline { get; init; }

    public uint ResponseHeadTimeout { get; init; }

    public uint IdleTimeout { get; init; }

    public long ResponseWindow { get; init; }

    public ulong SettingsVersion { get; init; }

    public string AppId { get; init; } = "";

    public string ClientAddress { get; init; } = "";

    public string TraceParent { get; init; } = "";

    public string TraceState { get; init; } = "";

    public string Assertion { get; init; } = "";

    public string ClientConnection { get; init; } = "";

    public string Method { get; init; } = "GET";

    public string Target { get; init; } = "/";

    public FieldList Fields { get; init; } = new();

    public override void Write(FrameBuffer message)
    {
        var head = new RequestHead
        {
            ReplySession = ReplySession,
            Deadline = Deadline,
            ResponseHeadTimeout = ResponseHeadTimeout,
            IdleTimeout = IdleTimeout,
            ResponseWindow = ResponseWindow,
            SettingsVersion = SettingsVersion,
            AppId = Octets(AppId),
            ClientAddress = Octets(ClientAddress),
            TraceParent = Octets(TraceParent),
            TraceState = Octets(TraceState),
            Assertion = Octets(Assertion),
            ClientConnection = Octets(ClientConnection),
            Method = Octets(Method),
            Target = Octets(Target),
        };
        message.RequestHead(Flags, Identity.Exchange, Identity.Attempt, Identity.Sequence, head, Fields);
    }

    public static FrameError TryRead(FrameIdentity identity, in Frame frame, out FrameModel? model)
    {
        var error = RequestHead.TryRead(frame.Payload.Span, frame.Header.Flags, out var head);
        model = error != FrameError.None ? null : new RequestHeadModel(identity, frame.Header.Flags)
        {
            ReplySession = head.ReplySession,
            Deadline = head.Deadline,
            ResponseHeadTimeout = head.ResponseHeadTimeout,
            IdleTimeout = head.IdleTimeout,
            ResponseWindow = head.ResponseWindow,
            SettingsVersion = head.SettingsVersion,
            AppId = Text(head.AppId),
            ClientAddress = Text(head.ClientAddress),
            TraceParent = Text(head.TraceParent),
            TraceState = Text(head.TraceState),
            Assertion = Text(head.Assertion),
            ClientConnection = Text(head.ClientConnection),
            Method = Text(head.Method),
            Target = Text(head.Target),
            Fields = frame.Header.Flags.HasFlag(FrameFlags.Continued) ? new FieldList() : FieldList.Read(head.FieldSection),
        };
        return error;
    }
}
