using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Messages;

namespace AppProxy.Gateway.Broker.Amqp.Links;

/// <summary>Claims-based security: put-token. Answers say status-code and status-description, with hyphens.</summary>
internal static class CbsNode
{
    public static ValueMessage Answer(BrokerConnection connection, ValueMessage request)
    {
        var (status, description) = Handle(connection, request);
        return new ValueMessage
        {
            To = request.ReplyTo,
            CorrelationId = request.MessageId,
            ApplicationProperties = new AmqpMap { { "status-code", status }, { "status-description", description } },
        };
    }

    private static (int Status, string Description) Handle(BrokerConnection connection, ValueMessage request)
    {
        if (request.ApplicationProperties["operation"].Text != Dialect.PutToken)
        {
            return (400, "Only put-token is known here.");
        }

        if (request.ApplicationProperties["name"].Text is not { } audience || request.Body.Text is not { } token)
        {
            return (400, "A token and the name of its audience are required.");
        }

        if (connection.Authorization.PutToken(token, audience, out _) is { } fault)
        {
            return (401, fault);
        }

        connection.OnTokenPut();
        return (202, "Accepted");
    }
}
