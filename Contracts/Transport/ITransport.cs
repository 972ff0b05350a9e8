namespace AppProxy.Contracts.Transport;

/// <summary>
/// One authenticated conversation with one broker: the seam between the relay and whatever carries its messages.
/// </summary>
/// <remarks>
/// Implementations are plain: they never reconnect, retry or re-send. When the broker is gone every sender and receiver
/// reports it once, and whoever opened them opens them anew on a new transport. All members are safe for use from several threads.
/// </remarks>
public interface ITransport : IAsyncDisposable
{
    /// <summary>Completes, never faults, when the conversation is over; the result says why, or is null after <see cref="IAsyncDisposable.DisposeAsync"/>.</summary>
    Task<TransportException?> Closed { get; }

    /// <summary>Opens a sender to <paramref name="queue"/>.</summary>
    /// <exception cref="TransportException">The broker refused, or is gone.</exception>
    ValueTask<IMessageSender> OpenSenderAsync(string queue, CancellationToken cancellationToken);

    /// <summary>Opens a receiver; no message arrives before <see cref="IMessageReceiver.AddCredit"/>.</summary>
    /// <param name="queue">Name of the queue.</param>
    /// <param name="options">Mode and session.</param>
    /// <param name="handler">Told of each message, and once of the end.</param>
    /// <param name="cancellationToken">Gives up waiting for the broker's answer.</param>
    /// <exception cref="TransportException">The broker refused, or is gone; <see cref="TransportFailure.SessionCannotBeLocked"/> when another receiver holds the session.</exception>
    ValueTask<IMessageReceiver> OpenReceiverAsync(string queue, ReceiverOptions options, IMessageHandler handler, CancellationToken cancellationToken);
}
