using Amqp;
using Amqp.Framing;

namespace AppProxy.Contracts.Transport.ServiceBus;

/// <summary>
/// Waits for the broker's answer to an attach. A refusal comes as an attach without the broker's terminus, followed by a detach with the reason,
/// so the first alone is neither yes nor no.
/// </summary>
internal sealed class LinkOpening
{
    private readonly TaskCompletionSource<Attach> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void OnAttached(ILink link, Attach attach)
    {
        var isGranted = ((Link)link).Role ? attach.Source is not null : attach.Target is not null;
        if (isGranted)
        {
            _answer.TrySetResult(attach);
        }
    }

    /// <summary>The broker's attach.</summary>
    /// <exception cref="TransportException">The broker refused, or is gone.</exception>
    public async Task<Attach> WaitAsync(Link link, CancellationToken cancellationToken)
    {
        link.AddClosedCallback((_, error) => _answer.TrySetException(LinkFailure.Of(error, link.Session.Connection)));
        try
        {
            return await _answer.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Close(link);
            throw;
        }
    }

    /// <summary>Begins to close a link, whatever state it is in.</summary>
    public static void Close(Link link)
    {
        try
        {
            link.Close(TimeSpan.Zero);
        }
        catch (Exception)
        {
            // Detached by the other side meanwhile, or the connection is gone: closed either way.
        }
    }
}
