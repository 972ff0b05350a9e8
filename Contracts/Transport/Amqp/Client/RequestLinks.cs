using System.Collections.Concurrent;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Connections;
using AppProxy.Contracts.Transport.Amqp.Messages;
using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Contracts.Transport.Amqp.Client;

/// <summary>Asks a node such as $cbs or a queue's $management, and waits for its answer: a link there and a link back.</summary>
internal sealed class RequestLinks
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<ValueMessage>> _waiting = new();
    private readonly Requests _requests;
    private readonly Replies _replies;
    private readonly string _replyTo;
    private int _nextId;

    private RequestLinks(AmqpSession session, string node)
    {
        _replyTo = Guid.NewGuid().ToString("N");
        _requests = new Requests(session, node + "-requests-" + _replyTo, this);
        _replies = new Replies(session, node + "-replies-" + _replyTo, this);
    }

    public static async Task<RequestLinks> OpenAsync(AmqpSession session, string node, CancellationToken cancellationToken)
    {
        var links = new RequestLinks(session, node);
        session.Attach(links._replies, new Attach
        {
            Name = links._replies.Name,
            Handle = 0,
            IsReceiver = true,
            SenderSettleMode = SenderSettleMode.Settled,
            Source = new Source { Address = node },
            Target = new Target { Address = links._replyTo },
        });
        session.Attach(links._requests, new Attach
        {
            Name = links._requests.Name,
            Handle = 0,
            IsReceiver = false,
            SenderSettleMode = SenderSettleMode.Settled,
            Source = new Source { Address = links._replyTo },
            Target = new Target { Address = node },
        });
        links._replies.AddCredit(50);
        await Task.WhenAll(links._requests.Attached, links._replies.Attached).WaitAsync(cancellationToken);
        return links;
    }

    public async Task<ValueMessage> AskAsync(AmqpMap properties, AmqpValue body, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _nextId).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var answer = new TaskCompletionSource<ValueMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        try
        {
            var request = new ValueMessage { MessageId = id, ReplyTo = _replyTo, ApplicationProperties = properties, Body = body };
            if (!_requests.Send(request.Encode()))
            {
                throw new TransportException(TransportFailure.Detached, "The request link is closed.");
            }

            return await answer.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    public void Close()
    {
        _requests.Close();
        _replies.Close();
    }

    private void OnReply(ValueMessage reply)
    {
        if (reply.CorrelationId.Text is { } id && _waiting.TryGetValue(id, out var answer))
        {
            answer.TrySetResult(reply);
        }
    }

    private void OnLinkEnded(AmqpError? error)
    {
        var reason = (error ?? new AmqpError(ErrorCondition.DetachForced, "The request link is closed.")).ToException();
        foreach (var answer in _waiting.Values)
        {
            answer.TrySetException(reason);
        }
    }

    private sealed class Requests : SendingLink
    {
        private readonly RequestLinks _owner;

        public Requests(AmqpSession session, string name, RequestLinks owner)
            : base(session, name)
        {
            _owner = owner;
            IsPreSettled = true;
        }

        internal override DeliveryState OnOutcome(object message, in DeliveryState state) => state;

        protected override ReadOnlyMemory<byte> GetBody(object message, out PooledBuffer? owner)
        {
            owner = null;
            return (byte[])message;
        }

        protected override void WriteHead(object message, ref AmqpWriter writer)
        {
        }

        protected override void OnLost(object message, bool written, AmqpError? error)
        {
        }

        protected override void OnEnded(AmqpError? error) => _owner.OnLinkEnded(error);
    }

    private sealed class Replies(AmqpSession session, string name, RequestLinks owner) : ReceivingLink(session, name, 64 * 1024)
    {
        protected override void OnDelivery(in IncomingDelivery delivery)
        {
            try
            {
                owner.OnReply(ValueMessage.Read(delivery.Buffer.Array.AsSpan(0, delivery.Length)));
            }
            finally
            {
                delivery.Buffer.Release();
            }

            if (!delivery.Settled)
            {
                Settle(delivery.DeliveryId, DeliveryState.Accepted);
            }

            AddCredit(1);
        }

        protected override void OnEnded(AmqpError? error) => owner.OnLinkEnded(error);
    }
}
