namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>Decides who may connect.</summary>
internal interface ISaslServer
{
    /// <summary>Mechanisms offered, best first.</summary>
    IReadOnlyList<string> Mechanisms { get; }

    /// <summary>Whether the client is let in; <paramref name="mechanism"/> is null when it came without SASL.</summary>
    bool Authenticate(string? mechanism, ReadOnlySpan<byte> response);
}
