using Amqp;
using Amqp.Framing;
using AppProxy.Contracts.Transport.Amqp;
using AmqpException = Amqp.AmqpException;

namespace AppProxy.Contracts.Transport.ServiceBus;

/// <summary>What the library reports, in the transport's words.</summary>
internal static class LinkFailure
{
    /// <summary>Why a link ended, or could not be opened.</summary>
    /// <remarks>When a connection ends the library gives its error to every link, so a link's own error counts only while the connection lives.</remarks>
    public static TransportException Of(Error? error, Connection connection)
    {
        if (connection.ConnectionState >= ConnectionState.CloseReceived || connection.IsClosed)
        {
            return new TransportException(TransportFailure.ConnectionLost, "The connection is lost. " + Describe(connection.Error ?? error));
        }

        return error is null
            ? new TransportException(TransportFailure.Detached, "The broker took the link away without a reason.")
            : new TransportException(ErrorCondition.ToFailure(error.Condition), Describe(error));
    }

    /// <summary>What the library threw.</summary>
    public static TransportException Of(Exception exception, Connection connection) => exception switch
    {
        TransportException known => known,
        AmqpException amqp => Of(amqp.Error, connection),
        _ => Of((Error?)null, connection),
    };

    /// <summary>Condition and description; never a body.</summary>
    public static string Describe(Error? error) => error is null ? "" : $"{error.Condition}: {error.Description}";
}
