using AppProxy.Contracts.Transport.Tokens;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using Microsoft.Extensions.Options;

namespace AppProxy.Gateway.Broker.Amqp;

/// <summary>Checks the settings whole and reports everything that is wrong at once.</summary>
internal sealed class BrokerOptionsValidator : IValidateOptions<BrokerOptions>
{
    public ValidateOptionsResult Validate(string? name, BrokerOptions options)
    {
        var faults = new List<string>();
        RequireRange(nameof(options.MaxFrameSize), options.MaxFrameSize, 4_096, 1024 * 1024, faults);
        RequireRange(nameof(options.MaxConnections), options.MaxConnections, 1, 1_000_000, faults);
        RequireRange(nameof(options.MaxSessionsPerConnection), options.MaxSessionsPerConnection, 1, 5_000, faults);
        RequireRange(nameof(options.SenderCredit), options.SenderCredit, 1, 100_000, faults);
        RequireRange(nameof(options.MaxOutputPerConnection), options.MaxOutputPerConnection, 64 * 1024, 1024 * 1024 * 1024, faults);
        RequireRange(nameof(options.MaxOutput), options.MaxOutput, options.MaxOutputPerConnection, long.MaxValue, faults);
        RequireRange(nameof(options.AuthorizationTimeout), options.AuthorizationTimeout.Ticks, TimeSpan.TicksPerSecond, TimeSpan.TicksPerHour, faults);
        RequireRange(nameof(options.SessionWaitTimeout), options.SessionWaitTimeout.Ticks, 0, TimeSpan.TicksPerHour, faults);
        RequireRange(nameof(options.IdleTimeOut), options.IdleTimeOut.Ticks, 0, TimeSpan.TicksPerDay, faults);
        foreach (var rule in options.AuthorizationRules)
        {
            CheckRule(rule, faults);
        }

        foreach (var twins in options.AuthorizationRules.GroupBy(rule => rule.KeyName, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            faults.Add($"Broker: the authorization rule {twins.Key} is there {twins.Count()} times.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void CheckRule(SharedAccessAuthorizationRule rule, List<string> faults)
    {
        if (rule.KeyName is not { Length: > 0 and <= SharedAccessSignature.MaxNameLength })
        {
            faults.Add("Broker: the name of an authorization rule has 1 to 256 characters.");
        }

        if (rule.PrimaryKey is not { Length: > 0 and <= SharedAccessSignature.MaxNameLength }
            || rule.SecondaryKey is { Length: 0 or > SharedAccessSignature.MaxNameLength })
        {
            faults.Add($"Broker: the keys of the authorization rule {rule.KeyName} have 1 to 256 characters.");
        }

        if (rule.Grants.Any(static grant => EntityPath.Normalize(grant.Entity) is null))
        {
            faults.Add($"Broker: the authorization rule {rule.KeyName} names an entity that cannot be one.");
        }

        if (rule.Grants.All(static grant => grant.Claims == EntityClaims.None))
        {
            faults.Add($"Broker: the authorization rule {rule.KeyName} allows nothing.");
        }
    }

    private static void RequireRange(string name, long value, long least, long most, List<string> faults)
    {
        if (value < least || value > most)
        {
            faults.Add($"Broker: {name} is out of its range.");
        }
    }
}
