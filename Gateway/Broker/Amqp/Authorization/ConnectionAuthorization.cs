using AppProxy.Contracts.Transport.Amqp.Connections;
using AppProxy.Contracts.Transport.Amqp.Performatives;
using AppProxy.Contracts.Transport.Tokens;

namespace AppProxy.Gateway.Broker.Amqp.Authorization;

/// <summary>What one connection may do right now: by its user name and key, and by the tokens it has put.</summary>
internal sealed class ConnectionAuthorization(IAuthorizationRules rules, BrokerOptions options, TimeProvider time, ITokenVerifier? verifier = null) : ISaslServer
{
    // A connection of ours holds three entities; more than this many is somebody trying what the memory bears.
    private const int MaxGrants = 1_024;

    private static readonly string[] Offered = [Sasl.ClaimsBased, Sasl.Plain, Sasl.Anonymous];

    private readonly Lock _gate = new();
    private readonly HashSet<string> _bearers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Grant> _grants = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<string> Mechanisms => Offered;

    /// <summary>Whether anything was ever granted; who has nothing after a while is sent away.</summary>
    public bool IsAuthorized { get; private set; } = !options.RequireAuthorization;

    public bool Authenticate(string? mechanism, ReadOnlySpan<byte> response)
    {
        if (mechanism is not Sasl.Plain)
        {
            return true;
        }

        var (user, password) = Sasl.ReadPlain(response);
        if (!rules.TryFind(user, out var rule) || !IsKeyOf(rule, password))
        {
            return false;
        }

        foreach (var grant in rule.Grants)
        {
            Add(EntityPath.Normalize(grant.Entity)!, new Grant(grant.Claims, DateTimeOffset.MaxValue));
        }

        return true;
    }

    /// <summary>Takes a token for an audience; null when it is good, else why not.</summary>
    public string? PutToken(string token, string audience, out DateTimeOffset expiresAt)
    {
        expiresAt = default;
        return SharedAccessSignature.TryParse(token, out var signature) ? Put(signature, audience, out expiresAt)
            : verifier is null ? "The token is not a shared access signature."
            : verifier.TryVerify(token, out var verified) ? Put(verified, audience, out expiresAt)
            : "The token is neither a shared access signature nor one of ours.";
    }

    /// <summary>Whether the connection may do this with the entity now.</summary>
    public bool Permits(string entity, EntityClaims claim)
    {
        if (!options.RequireAuthorization)
        {
            return true;
        }

        var now = time.GetUtcNow();
        lock (_gate)
        {
            foreach (var (path, grant) in _grants)
            {
                if ((grant.Claims & claim) != 0 && grant.ExpiresAt > now && EntityPath.IsWithin(entity, path))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>When the next grant ends; grants that have ended are forgotten.</summary>
    public DateTimeOffset? NextExpiry()
    {
        var now = time.GetUtcNow();
        DateTimeOffset? next = null;
        lock (_gate)
        {
            foreach (var (path, grant) in _grants)
            {
                if (grant.ExpiresAt <= now)
                {
                    _grants.Remove(path);
                }
                else if (grant.ExpiresAt < DateTimeOffset.MaxValue && (next is null || grant.ExpiresAt < next))
                {
                    next = grant.ExpiresAt;
                }
            }
        }

        return next;
    }

    /// <summary>Whether a token of this bearer was put.</summary>
    public bool IsOf(string bearer)
    {
        lock (_gate)
        {
            return _bearers.Contains(bearer);
        }
    }

    private string? Put(VerifiedToken token, string audience, out DateTimeOffset expiresAt)
    {
        lock (_gate)
        {
            if (_bearers.Count < MaxGrants)
            {
                _bearers.Add(token.Bearer);
            }
        }

        // Asked after it is noted: who was shut out in between was either looked for after that, or is refused here.
        if (verifier!.IsShutOut(token.Bearer))
        {
            expiresAt = default;
            return "The bearer has lost its rights.";
        }

        return Put(token.Grants, EntityPath.Normalize(audience), token.ExpiresAt, out expiresAt);
    }

    private string? Put(SharedAccessSignature signature, string audience, out DateTimeOffset expiresAt)
    {
        expiresAt = default;
        if (!rules.TryFind(signature.KeyName, out var rule)
            || !(signature.IsSignedWith(rule.PrimaryKey) || (rule.SecondaryKey is { } secondary && signature.IsSignedWith(secondary))))
        {
            return "The signature is wrong.";
        }

        return signature.Covers(audience) ? Put(rule.Grants, EntityPath.Normalize(audience), signature.ExpiresAt, out expiresAt) : "The token is for another audience.";
    }

    private string? Put(IReadOnlyList<EntityGrant> grants, string? path, DateTimeOffset until, out DateTimeOffset expiresAt)
    {
        expiresAt = default;
        if (until <= time.GetUtcNow())
        {
            return "The token has expired.";
        }

        if (path is null)
        {
            return "The token is for another audience.";
        }

        string? granted = "The rule is for another entity.";
        foreach (var grant in grants)
        {
            // A token may be for less than its rule, or for more: then it grants what the rule is for.
            var scope = EntityPath.Normalize(grant.Entity)!;
            if (EntityPath.IsWithin(path, scope) || EntityPath.IsWithin(scope, path))
            {
                expiresAt = until;
                var common = scope.Length > path.Length ? scope : path;
                granted = Add(common, new Grant(grant.Claims, expiresAt)) ? null : "The connection has put too many tokens.";
            }
        }

        return granted;
    }

    private bool Add(string path, Grant grant)
    {
        lock (_gate)
        {
            if (_grants.Count >= MaxGrants && !_grants.ContainsKey(path))
            {
                return false;
            }

            _grants[path] = grant;
            IsAuthorized = true;
            return true;
        }
    }

    private static bool IsKeyOf(SharedAccessAuthorizationRule rule, string key) =>
        KeyComparer.AreEqual(rule.PrimaryKey, key) | (rule.SecondaryKey is { } secondary && KeyComparer.AreEqual(secondary, key));

    private readonly record struct Grant(EntityClaims Claims, DateTimeOffset ExpiresAt);
}
