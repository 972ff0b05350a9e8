using Amqp.Types;
using AppProxy.Contracts.Transport.Amqp;

namespace AppProxy.Contracts.Transport.ServiceBus;

/// <summary>The dialect's words as the library's symbols, made once.</summary>
internal static class Names
{
    public static readonly Symbol EnqueuedTime = "x-opt-enqueued-time";
    public static readonly Symbol SessionFilter = Dialect.SessionFilter;
    public static readonly Symbol LockedUntilUtc = Dialect.LockedUntilUtc;
    public static readonly Symbol DeadLetter = ErrorCondition.DeadLetter;
}
