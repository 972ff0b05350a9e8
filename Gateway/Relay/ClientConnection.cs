using System.Text;

namespace AppProxy.Gateway.Relay;

/// <summary>
/// A client's connection that authenticates itself to one app (NTLM, Negotiate): its requests share one connection to the app, which one connector
/// instance holds, and nobody else's do.
/// </summary>
internal sealed class ClientConnection
{
    /// <summary>What connectors know it by: drawn here, so that nobody can name another one's.</summary>
    public ReadOnlyMemory<byte> Id { get; } = Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N"));

    /// <summary>Uplink session of the instance that holds the app's side; null while none does.</summary>
    public Guid? Uplink { get; set; }
}
