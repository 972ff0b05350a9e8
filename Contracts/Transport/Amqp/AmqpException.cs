using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Contracts.Transport.Amqp;

/// <summary>The protocol was broken, by the peer or by us; ends the connection with <see cref="Error"/>.</summary>
internal sealed class AmqpException : Exception
{
    public AmqpException(string condition, string description)
        : base(description)
    {
        Error = new AmqpError(condition, description);
    }

    public AmqpException(AmqpError error)
        : base(error.Description ?? error.Condition)
    {
        Error = error;
    }

    public AmqpError Error { get; }

    public static AmqpException Decode(string description) => new(ErrorCondition.DecodeError, description);
}
