using Amqp;
using Amqp.Framing;

namespace AppProxy.Contracts.Transport.ServiceBus;

/// <summary>Sends to one queue; each message is answered by the broker, through a callback and not through a timer of its own.</summary>
/// <remarks>
/// The library forgets a message that was being written when its connection broke, so this keeps its own list of what is under way and answers
/// the rest itself when the link ends.
/// </remarks>
internal sealed class ServiceBusSender : IMessageSender
{
    /// <summary>Sections around the body: header, properties with a session id of 128 characters, head of the data section.</summary>
    private const int Overhead = 512;

    // Limit of the Standard tier, for a broker that names none.
    private const int DefaultMaxMessageSize = 256 * 1024;

    private static readonly TimeSpan DetachTime = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly SenderLink _link;
    private readonly TimeProvider _time;
    private readonly OutcomeCallback _onOutcome;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SendOperation? _first;
    private SendOperation? _last;
    private TransportException? _reason;
    private volatile bool _isDisposed;

    public ServiceBusSender(SenderLink link, Attach answer, TimeProvider time)
    {
        _link = link;
        _time = time;
        _onOutcome = OnOutcome;
        var maxMessageSize = answer.MaxMessageSize is > Overhead and <= int.MaxValue ? (int)answer.MaxMessageSize : DefaultMaxMessageSize;
        MaxBodySize = maxMessageSize - Overhead;
        link.AddClosedCallback((_, error) => End(error));
    }

    public int MaxBodySize { get; }

    public void Send(OutboundMessage message)
    {
        if (message.Body.Length > MaxBodySize)
        {
            message.Completed(new TransportException(TransportFailure.MessageTooLarge, $"A message is longer than {MaxBodySize} bytes."));
            return;
        }

        var operation = new SendOperation(message);
        TransportException? refusal;
        lock (_gate)
        {
            refusal = _reason;
            if (refusal is null)
            {
                Add(operation);
            }
        }

        if (refusal is not null)
        {
            operation.TryFinish(refusal);
            return;
        }

        try
        {
            _link.Send(operation, _onOutcome, operation);
        }
        catch (Exception exception)
        {
            Finish(operation, _isDisposed ? Closed() : LinkFailure.Of(exception, _link.Session.Connection));
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isDisposed = true;
        }

        LinkOpening.Close(_link);
        try
        {
            await _ended.Task.WaitAsync(DetachTime, _time);
        }
        catch (TimeoutException)
        {
            // The broker does not answer; nobody else will either.
            End(null);
        }
    }

    private static TransportException Closed() => new(TransportFailure.Detached, "The sender is closed.");

    private void OnOutcome(ILink link, Message message, Outcome? outcome, object state)
    {
        var operation = (SendOperation)message;
        Finish(operation, outcome switch
        {
            Accepted => null,
            Rejected { Error: { } error } => LinkFailure.Of(error, _link.Session.Connection),
            Rejected => new TransportException(TransportFailure.NotAllowed, "The broker rejected a message."),

            // The library says released of everything under way when a link ends without an error.
            _ when _isDisposed => Closed(),
            _ when _link.LinkState >= LinkState.DetachPipe => LinkFailure.Of((Error?)null, _link.Session.Connection),
            Released or Modified => new TransportException(TransportFailure.ServerBusy, "The broker gave a message back."),
            _ => new TransportException(TransportFailure.Protocol, "The broker gave a message no outcome."),
        });
    }

    private void End(Error? error)
    {
        SendOperation? rest;
        TransportException reason;
        lock (_gate)
        {
            reason = _reason ??= _isDisposed ? Closed() : LinkFailure.Of(error, _link.Session.Connection);
            rest = _first;
            _first = _last = null;
        }

        while (rest is not null)
        {
            var next = rest.Next;
            rest.TryFinish(reason);
            rest = next;
        }

        _ended.TrySetResult();
    }

    private void Finish(SendOperation operation, TransportException? failure)
    {
        lock (_gate)
        {
            Remove(operation);
        }

        operation.TryFinish(failure);
    }

    private void Add(SendOperation operation)
    {
        operation.Previous = _last;
        if (_last is { } last)
        {
            last.Next = operation;
        }
        else
        {
            _first = operation;
        }

        _last = operation;
    }

    private void Remove(SendOperation operation)
    {
        // After the end the list belongs to whoever walks it; before, an operation that was removed has no neighbours and is neither end.
        if (_reason is not null)
        {
            return;
        }

        if (operation.Previous is { } previous)
        {
            previous.Next = operation.Next;
        }
        else if (_first == operation)
        {
            _first = operation.Next;
        }

        if (operation.Next is { } next)
        {
            next.Previous = operation.Previous;
        }
        else if (_last == operation)
        {
            _last = operation.Previous;
        }

        operation.Previous = operation.Next = null;
    }
}
