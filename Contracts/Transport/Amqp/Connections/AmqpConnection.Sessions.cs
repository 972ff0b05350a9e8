using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>The sessions, by the channels of either side; <see cref="Gate"/> guards the tables.</summary>
internal sealed partial class AmqpConnection
{
    private readonly Dictionary<ushort, AmqpSession> _byRemoteChannel = [];
    private readonly Dictionary<ushort, AmqpSession> _byLocalChannel = [];

    /// <summary>Begins a session; only for the side that opened the connection.</summary>
    public AmqpSession BeginSession()
    {
        AmqpSession session;
        lock (Gate)
        {
            ThrowIfOver();
            session = AddSession(null);
            session.WriteBegin();
        }

        FlushSoon();
        return session;
    }

    private AmqpSession? FindSession(ushort channel)
    {
        lock (Gate)
        {
            return _byRemoteChannel.TryGetValue(channel, out var session)
                ? session
                : throw new AmqpException(ErrorCondition.NotAllowed, "A frame came in on a channel without a session.");
        }
    }

    private void OnBegin(ushort channel, in Begin begin)
    {
        lock (Gate)
        {
            if (_byRemoteChannel.ContainsKey(channel) || channel > Options.ChannelMax)
            {
                throw new AmqpException(ErrorCondition.NotAllowed, "A session was begun on a channel that is in use or above channel-max.");
            }

            if (begin.RemoteChannel is { } answered)
            {
                if (!_byLocalChannel.TryGetValue(answered, out var session) || session.RemoteChannel is not null)
                {
                    throw new AmqpException(ErrorCondition.NotAllowed, "A begin answers none of ours.");
                }

                session.OnBegun(channel, begin);
                _byRemoteChannel.Add(channel, session);
            }
            else if (_acceptor is null)
            {
                throw new AmqpException(ErrorCondition.NotAllowed, "Only the client begins sessions.");
            }
            else
            {
                var session = AddSession(channel);
                session.OnBegun(channel, begin);
                session.WriteBegin();
                _byRemoteChannel.Add(channel, session);
            }
        }

        FlushSoon();
    }

    private AmqpSession AddSession(ushort? preferred)
    {
        var limit = Math.Min(Options.ChannelMax, Remote.ChannelMax);
        var channel = preferred is { } wish && wish <= limit && !_byLocalChannel.ContainsKey(wish) ? wish : (ushort)0;
        while (_byLocalChannel.ContainsKey(channel))
        {
            if (channel == limit)
            {
                throw new AmqpException(ErrorCondition.ResourceLimitExceeded, "The connection has no channel left.");
            }

            channel++;
        }

        var session = new AmqpSession(this, channel);
        _byLocalChannel.Add(channel, session);
        return session;
    }

    private void OnEnd(ushort channel, AmqpError? error)
    {
        AmqpSession? session;
        lock (Gate)
        {
            if (!_byRemoteChannel.Remove(channel, out session))
            {
                throw new AmqpException(ErrorCondition.NotAllowed, "A session was ended that never began.");
            }

            _byLocalChannel.Remove(session.LocalChannel);
            session.WriteEnd(null);
        }

        FlushSoon();
        session.OnEnded(error ?? new AmqpError(ErrorCondition.DetachForced, "The peer ended the session."));
    }
}
