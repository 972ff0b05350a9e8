using System.Globalization;
using Amqp;

namespace AppProxy.Contracts.Transport.ServiceBus;

/// <summary>The status in a node's answer: "status-code" of $cbs, "statusCode" of $management.</summary>
internal static class StatusCode
{
    /// <summary>The status, or 500 when there is none.</summary>
    public static int Of(Message reply, string name) =>
        reply.ApplicationProperties?.Map[name] is IConvertible status ? status.ToInt32(CultureInfo.InvariantCulture) : 500;
}
