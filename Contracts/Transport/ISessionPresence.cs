namespace AppProxy.Contracts.Transport;

/// <summary>
/// Told by a transport whose broker lives in this process: who holds which session right now. With a broker elsewhere only
/// heartbeats tell (DESIGN.md section 5), so a transport need not implement this.
/// </summary>
public interface ISessionPresence
{
    /// <summary>Calls <paramref name="observer"/> from now on for sessions of <paramref name="queue"/>, until the result is disposed.</summary>
    IDisposable Watch(string queue, ISessionObserver observer);

    /// <summary>
    /// Cuts the connection of whoever holds the session, without waiting for it: it has fallen silent, so what it has locked anywhere, and the
    /// credit it has given, must not keep messages from others. Nothing happens when nobody holds it.
    /// </summary>
    void Evict(string queue, string sessionId);
}

/// <summary>Told when a session gets and loses its receiver. Calls must neither wait nor throw.</summary>
public interface ISessionObserver
{
    /// <summary>A receiver now holds the session.</summary>
    void OnSessionHeld(string sessionId);

    /// <summary>The session's receiver is gone.</summary>
    void OnSessionFreed(string sessionId);
}
