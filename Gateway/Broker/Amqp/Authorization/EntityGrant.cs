namespace AppProxy.Gateway.Broker.Amqp.Authorization;

/// <summary>What a rule allows on one entity and what lies below it.</summary>
/// <param name="Entity">The entity; the empty path is the whole namespace.</param>
/// <param name="Claims">What may be done there.</param>
internal sealed record EntityGrant(string Entity, EntityClaims Claims);
