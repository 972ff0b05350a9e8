namespace AppProxy.Connector.Http1;

/// <summary>The octets of one connection to an app. One reader and one writer at a time; both fail with <see cref="IOException"/> or its kin once aborted.</summary>
internal abstract class AppStream
{
    /// <summary>Reads as much as is at hand, at least one octet; 0 at the end.</summary>
    public abstract ValueTask<int> ReceiveAsync(Memory<byte> destination);

    /// <summary>Waits empty-handed until a <see cref="ReceiveAsync"/> would not wait.</summary>
    public abstract ValueTask WaitAsync();

    /// <summary>Whether a <see cref="ReceiveAsync"/> would not wait, as far as can be told without waiting.</summary>
    public abstract bool HasOctets { get; }

    /// <summary>Sends all of it.</summary>
    public abstract ValueTask SendAsync(ReadOnlyMemory<byte> octets);

    /// <summary>Whether an idle connection is readable: it was closed, or the app speaks unasked.</summary>
    public abstract bool IsReadable { get; }

    /// <summary>Ends the connection, and with it what waits on it. From any thread, any number of times.</summary>
    public abstract void Abort();

    /// <summary>Ends a connection that nobody uses any more, and gives back what it holds.</summary>
    public virtual void Close() => Abort();
}
