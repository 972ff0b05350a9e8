using System.Data.Common;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Storage;

/// <summary>The store, or a backup of it, cannot be used. The message is complete and meant for the operator.</summary>
internal sealed class StoreException : Exception
{
    /// <param name="source">The store's name, or the backup's.</param>
    /// <param name="reason">A sentence that goes on from the name.</param>
    /// <param name="cause">What the server said.</param>
    public StoreException(string source, string reason, Exception? cause = null)
        : base($"{source}: {reason}", cause)
    {
        Reason = reason;
    }

    public string Reason { get; }

    /// <summary>The one that is behind an exception; the key ring, for one, wraps what its store throws.</summary>
    public static StoreException? Behind(Exception? exception)
    {
        while (exception is not (null or StoreException))
        {
            exception = exception.InnerException;
        }

        return (StoreException?)exception;
    }

    /// <summary>Whether it is what a server throws when it is away, full, locked or refuses us.</summary>
    public static bool IsStores(Exception exception)
        => exception is DbException or DbUpdateException or SocketException or IOException or UnauthorizedAccessException or TimeoutException or JsonException or FormatException
            || (exception is InvalidOperationException && exception.InnerException is DbException or SocketException or TimeoutException)
            || (exception is AggregateException { InnerExceptions: { Count: > 0 } all } && all.All(IsStores));
}
