namespace AppProxy.Contracts.Transport;

/// <summary>Receives from one queue, or from one session of it, as far as its credit goes.</summary>
/// <remarks>Disposing gives back a session, and what is locked and unsettled.</remarks>
public interface IMessageReceiver : IAsyncDisposable
{
    /// <summary>Allows <paramref name="count"/> more messages.</summary>
    void AddCredit(int count);

    /// <summary>Takes back all credit. When it completes nothing more arrives until credit is added again.</summary>
    ValueTask DrainAsync(CancellationToken cancellationToken);
}
