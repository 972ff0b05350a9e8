using System.Collections.Concurrent;
using System.Globalization;
using Amqp;
using Amqp.Framing;

namespace AppProxy.Contracts.Transport.ServiceBus;

/// <summary>Asks a node of the broker ($cbs, or an entity's $management) and finds the answer by its correlation id: a pair of links in a session.</summary>
internal sealed class NodeRequests
{
    // Answers are small and few; the library gives credit again as they are taken.
    private const int Credit = 50;

    private readonly ConcurrentDictionary<string, TaskCompletionSource<Message>> _waiting = new(StringComparer.Ordinal);
    private readonly string _replyTo = Guid.NewGuid().ToString("N");
    private readonly Session _session;
    private readonly SenderLink _requests;
    private readonly ReceiverLink _replies;
    private readonly LinkOpening _requestsOpening = new();
    private readonly LinkOpening _repliesOpening = new();
    private long _lastId;

    private NodeRequests(Session session, string node)
    {
        _session = session;
        _requests = new SenderLink(
            session,
            $"{node}-requests-{_replyTo}",
            new Attach
            {
                SndSettleMode = SenderSettleMode.Settled,
                Source = new Source { Address = _replyTo },
                Target = new Target { Address = node },
            },
            _requestsOpening.OnAttached);
        _replies = new ReceiverLink(
            session,
            $"{node}-replies-{_replyTo}",
            new Attach { Source = new Source { Address = node }, Target = new Target { Address = _replyTo } },
            _repliesOpening.OnAttached);
    }

    /// <summary>Opens both links.</summary>
    /// <exception cref="TransportException">The broker refused, or is gone.</exception>
    public static async Task<NodeRequests> OpenAsync(Session session, string node, CancellationToken cancellationToken)
    {
        try
        {
            var requests = new NodeRequests(session, node);
            await requests._requestsOpening.WaitAsync(requests._requests, cancellationToken);
            await requests._repliesOpening.WaitAsync(requests._replies, cancellationToken);
            requests._replies.Start(Credit, requests.OnReply);
            requests._requests.AddClosedCallback((_, error) => requests.OnClosed(error));
            requests._replies.AddClosedCallback((_, error) => requests.OnClosed(error));
            return requests;
        }
        catch (Exception exception) when (exception is not (TransportException or OperationCanceledException))
        {
            throw LinkFailure.Of(exception, session.Connection);
        }
    }

    /// <summary>Whether both links are there.</summary>
    public bool IsOpen => !_requests.IsClosed && !_replies.IsClosed;

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <exception cref="TransportException">The links are gone.</exception>
    public async Task<Message> AskAsync(ApplicationProperties properties, object body, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastId).ToString(CultureInfo.InvariantCulture);
        var answer = new TaskCompletionSource<Message>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        try
        {
            var request = new Message
            {
                Properties = new Properties { MessageId = id, ReplyTo = _replyTo },
                ApplicationProperties = properties,
                BodySection = new AmqpValue { Value = body },
            };
            _requests.Send(request, null, null);
            return await answer.Task.WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not (TransportException or OperationCanceledException))
        {
            throw LinkFailure.Of(exception, _session.Connection);
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    /// <summary>Closes the links; what waits is told.</summary>
    public void Close()
    {
        LinkOpening.Close(_requests);
        LinkOpening.Close(_replies);
    }

    private void OnReply(IReceiverLink link, Message reply)
    {
        link.Accept(reply);
        if (reply.Properties?.CorrelationId is { } id && _waiting.TryGetValue(id, out var answer))
        {
            answer.TrySetResult(reply);
        }
    }

    private void OnClosed(Error? error)
    {
        var reason = LinkFailure.Of(error, _session.Connection);
        foreach (var answer in _waiting.Values)
        {
            answer.TrySetException(reason);
        }
    }
}
