using System.Diagnostics.CodeAnalysis;

namespace AppProxy.Contracts.Frames;

/// <summary>Payload of a <see cref="FrameType.RequestHead"/>: a view on the frame's bytes. It never carries an internal URL.</summary>
/// <remarks>
/// <code>
/// +---------------------------------------------+   0
/// | reply session (16)                          |
/// +---------------------------------------------+  16
/// | deadline: unix ms by the broker's clock (8) |       0 = none
/// +----------------------+----------------------+  24
/// | head time-out ms (4) | idle time-out ms (4) |       0 = none
/// +----------------------+----------------------+  32
/// | response may be sent up to offset (8)       |
/// +---------------------------------------------+  40
/// | settings version (8)                        |
/// +---------------------------------------------+  48
/// | texts: app id, client address, traceparent, |       each: length, ISO 8859-1 octets
/// |   tracestate, assertion, client connection, |
/// |   method, target                            |
/// +---------------------------------------------+
/// | field lines                                 |       may end anywhere when continued
/// +---------------------------------------------+
/// </code>
/// </remarks>
[SuppressMessage("Performance", "CA1815", Justification = "A view is not compared.")]
public readonly ref struct RequestHead
{
    /// <summary>Session on which the gateway instance reads replies.</summary>
    public Guid ReplySession { get; init; }

    /// <summary>Unix milliseconds by the broker's clock after which the request must not start; 0 for none.</summary>
    public long Deadline { get; init; }

    /// <summary>Milliseconds from the start of the app call to its response head; 0 for no limit.</summary>
    public uint ResponseHeadTimeout { get; init; }

    /// <summary>Milliseconds without a byte in either direction after which the exchange ends; 0 for no limit.</summary>
    public uint IdleTimeout { get; init; }

    /// <summary>How far the response's body may be sent before the first window update, in octets.</summary>
    public long ResponseWindow { get; init; }

    /// <summary>Version of the app's settings that the exchange began with.</summary>
    public ulong SettingsVersion { get; init; }

    /// <summary>Id of the published app.</summary>
    public ReadOnlySpan<byte> AppId { get; init; }

    /// <summary>The client's address as the gateway sees it.</summary>
    public ReadOnlySpan<byte> ClientAddress { get; init; }

    /// <summary>W3C traceparent, or empty.</summary>
    public ReadOnlySpan<byte> TraceParent { get; init; }

    /// <summary>W3C tracestate, or empty.</summary>
    public ReadOnlySpan<byte> TraceState { get; init; }

    /// <summary>Signed statement of who the user is (JWT), or empty.</summary>
    public ReadOnlySpan<byte> Assertion { get; init; }

    /// <summary>
    /// Which requests share one connection to the app, and share it with nobody: an id that the gateway drew for a client's connection which
    /// authenticates itself (NTLM, Negotiate), or empty.
    /// </summary>
    public ReadOnlySpan<byte> ClientConnection { get; init; }

    /// <summary>Request method, any token.</summary>
    public ReadOnlySpan<byte> Method { get; init; }

    /// <summary>Request target exactly as the client sent it.</summary>
    public ReadOnlySpan<byte> Target { get; init; }

    /// <summary>The field section, or its beginning when the frame is continued; see <see cref="FieldLines.TryRead"/>.</summary>
    public ReadOnlySpan<byte> FieldSection { get; init; }

    /// <summary>Reads a payload. Without <see cref="FrameFlags.Continued"/> its field lines are checked too.</summary>
    public static FrameError TryRead(ReadOnlySpan<byte> payload, FrameFlags flags, out RequestHead head)
    {
        var reader = new PayloadReader(payload);
        head = new RequestHead
        {
            ReplySession = reader.Guid(),
            Deadline = reader.Offset(),
            ResponseHeadTimeout = reader.UInt32(),
            IdleTimeout = reader.UInt32(),
            ResponseWindow = reader.Offset(),
            SettingsVersion = reader.UInt64(),
            AppId = reader.Text(),
            ClientAddress = reader.Text(),
            TraceParent = reader.Text(),
            TraceState = reader.Text(),
            Assertion = reader.Text(),
            ClientConnection = reader.Text(),
            Method = reader.Text(),
            Target = reader.Text(),
            FieldSection = reader.Rest,
        };

        if (reader.Error != FrameError.None)
        {
            return reader.Error;
        }

        if (head.Method.IsEmpty || head.Target.IsEmpty)
        {
            return FrameError.Value;
        }

        return flags.HasFlag(FrameFlags.Continued) ? FrameError.None : FieldLines.TryRead(head.FieldSection, out _);
    }
}
