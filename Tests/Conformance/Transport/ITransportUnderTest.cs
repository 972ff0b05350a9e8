using AppProxy.Contracts.Transport;

namespace AppProxy.Tests.Conformance.Transport;

/// <summary>One implementation of the transport seam, with a broker of its own to talk to. What a behaviour needs and the seam does not offer.</summary>
public interface ITransportUnderTest : IAsyncDisposable
{
    /// <summary>Starts the broker with these queues, and empty.</summary>
    Task StartBrokerAsync(IReadOnlyCollection<QueueSpec> queues, CancellationToken cancellationToken);

    /// <summary>Ends the broker the hard way; its conversations are lost. It can be started again.</summary>
    Task StopBrokerAsync(CancellationToken cancellationToken);

    /// <summary>Opens one more conversation with the broker.</summary>
    Task<ITransport> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Loses the conversation as a broken connection does: nobody says good-bye.</summary>
    Task CutAsync(ITransport transport, CancellationToken cancellationToken);

    /// <summary>Lets time pass for the broker and for the transports, in steps small enough for whoever renews something.</summary>
    Task PassTimeAsync(TimeSpan time, CancellationToken cancellationToken);
}
