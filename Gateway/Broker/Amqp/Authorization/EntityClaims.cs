namespace AppProxy.Gateway.Broker.Amqp.Authorization;

/// <summary>What a rule or token allows; Manage implies the others.</summary>
[Flags]
internal enum EntityClaims
{
    None = 0,
    Send = 1,
    Listen = 2,
    Manage = 4 | Send | Listen,
}
