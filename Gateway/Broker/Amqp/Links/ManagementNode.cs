using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Messages;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Broker.Queues;

namespace AppProxy.Gateway.Broker.Amqp.Links;

/// <summary>
/// $management of a queue: renewing locks, which is what a relay needs; the rest answers 501. Answers say statusCode and
/// statusDescription, in camel case.
/// </summary>
internal static class ManagementNode
{
    public static ValueMessage Answer(BrokerConnection connection, string entity, ValueMessage request)
    {
        var (status, body, condition) = Handle(connection, entity, request);
        var properties = new AmqpMap { { "statusCode", status }, { "statusDescription", condition ?? "OK" } };
        if (condition is not null)
        {
            properties.Add("errorCondition", AmqpValue.Symbol(condition));
        }

        return new ValueMessage
        {
            To = request.ReplyTo,
            CorrelationId = request.MessageId,
            ApplicationProperties = properties,
            Body = body,
        };
    }

    private static (int Status, AmqpValue Body, string? Condition) Handle(BrokerConnection connection, string entity, ValueMessage request)
    {
        // First: whether an entity exists is nobody else's business.
        if (!connection.Authorization.Permits(entity, EntityClaims.Listen))
        {
            return (401, default, ErrorCondition.UnauthorizedAccess);
        }

        if (!connection.Broker.Engine.TryFind(entity, out var queue))
        {
            return (404, default, ErrorCondition.NotFound);
        }

        return request.ApplicationProperties["operation"].Text switch
        {
            Dialect.RenewLock => RenewLocks(queue, request.Body.Map),
            Dialect.RenewSessionLock => RenewSessionLock(queue, request.Body.Map),
            _ => (501, default, ErrorCondition.NotImplemented),
        };
    }

    private static (int Status, AmqpValue Body, string? Condition) RenewLocks(MessageQueue queue, AmqpMap? body)
    {
        var tokens = body?["lock-tokens"].Items ?? [];
        if (tokens.Length == 0)
        {
            return (400, default, ErrorCondition.ArgumentError);
        }

        var expirations = new AmqpValue[tokens.Length];
        for (var i = 0; i < tokens.Length; i++)
        {
            if (tokens[i].Uuid is not { } token || !queue.TryRenewLock(token, out var lockedUntil))
            {
                return (410, default, ErrorCondition.MessageLockLost);
            }

            expirations[i] = AmqpValue.Timestamp(lockedUntil);
        }

        return (200, new AmqpMap { { "expirations", AmqpValue.Array(expirations) } }, null);
    }

    private static (int Status, AmqpValue Body, string? Condition) RenewSessionLock(MessageQueue queue, AmqpMap? body) =>
        body?["session-id"].Text is not { } sessionId ? (400, default, ErrorCondition.ArgumentError)
        : queue.TryRenewSessionLock(sessionId, out var lockedUntil)
            ? (200, new AmqpMap { { "expiration", AmqpValue.Timestamp(lockedUntil) } }, null)
            : (410, default, ErrorCondition.SessionLockLost);
}
