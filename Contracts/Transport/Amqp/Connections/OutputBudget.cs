namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>Bounds what connections hold to be written: each one, and all of them together. Credit alone does not bound memory.</summary>
internal sealed class OutputBudget(int perConnection, long total)
{
    // Each connection keeps this much even when the others use everything, so that none starves.
    private const int Reserve = 64 * 1024;

    private long _used;

    public static OutputBudget Unlimited { get; } = new(int.MaxValue, long.MaxValue);

    public long Used => Volatile.Read(ref _used);

    public void Add(int bytes) => Interlocked.Add(ref _used, bytes);

    public void Remove(int bytes) => Interlocked.Add(ref _used, -bytes);

    public bool IsFull(int backlog) => backlog > perConnection || (backlog > Reserve && Used > total);

    /// <summary>Whether a connection that was full may go on.</summary>
    public bool HasRoom(int backlog) => backlog <= perConnection / 2 && (backlog <= Reserve || Used <= total);
}
