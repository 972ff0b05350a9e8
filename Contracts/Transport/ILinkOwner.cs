namespace AppProxy.Contracts.Transport;

/// <summary>Owns the senders and receivers on a supervised transport.</summary>
internal interface ILinkOwner
{
    /// <summary>Opens all links on a new transport. Fails whole: the supervisor calls <see cref="OnLost"/>, then tries again.</summary>
    ValueTask OpenAsync(ITransport transport, CancellationToken cancellationToken);

    /// <summary>The transport and all links on it are lost.</summary>
    void OnLost();

    /// <summary>The process stops: close the links in order.</summary>
    ValueTask CloseAsync();
}
