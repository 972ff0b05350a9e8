using System.Runtime.CompilerServices;
using Amqp;

namespace AppProxy.Contracts.Transport.ServiceBus;

/// <summary>
/// Three things that AMQPNetLite 2.5.5 keeps to itself and without which a drain cannot be done: it must state the credit that is left, exactly;
/// only the lock that the library counts under keeps that number still; and a message of several frames uses its credit with the first, so
/// whether one is half received must be known too. A test fails when another version names them otherwise.
/// </summary>
internal static class LinkInternals
{
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "credit")]
    public static extern ref int Credit(ReceiverLink link);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_ThisLock")]
    public static extern object Gate(Link link);

    /// <summary>Whether the first frames of a message are in and the last is not. On the read pump only.</summary>
    public static bool IsMidDelivery(ReceiverLink link) => !Current(link).Equals(MessageDelivery.None);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "deliveryCurrent")]
    private static extern ref MessageDelivery Current(ReceiverLink link);
}
