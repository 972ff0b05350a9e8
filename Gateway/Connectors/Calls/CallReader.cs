using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Connectors.Enrolling;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Gateway.Keys;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Gateway.Connectors.Calls;

/// <summary>
/// Tells who calls: 1. it is a call, for this path; 2. for this gateway; 3. of now; 4. from a connector that we know, 5. signed with its key,
/// 6. not for the second time, 7. and whether somebody else has that key too.
/// </summary>
internal sealed class CallReader(SigningKeys keys, IConnectorStore store, ReplayWindow replays, InstanceWatch instances, TimeProvider time)
{
    private static readonly CallRefusedException Unknown = new(
        CallFault.ConnectorUnknown, "The gateway does not know this connector: enrol it again, with a new token and --replace.");

    /// <summary>A call of who is no connector yet, signed with the key that it brings: anybody can make one, so it is yet to be seen whether it is genuine.</summary>
    /// <exception cref="CallRefusedException">No such call.</exception>
    public async Task<(ConnectorCall Call, JsonWebKey Key)> ReadEnrollmentAsync(string body)
    {
        var call = ReadOpenly(body, ConnectorPaths.Enroll);
        if (call.Enrollment is not { } enrollment || !PublicKeys.TryCreate(enrollment.X, enrollment.Y, out var key)
            || await SignedJson.VerifyAsync(body, IdentityJsonContext.Default.ConnectorCall, ConnectorCall.TokenType, key) is null)
        {
            throw BadRequest();
        }

        return (call, key);
    }

    /// <summary>Such a call of who proved to have a token.</summary>
    /// <exception cref="CallRefusedException">It was made before.</exception>
    public void EnterEnrollment(ConnectorCall call, JsonWebKey key) => Enter(call, key.Kid);

    /// <exception cref="CallRefusedException">Not a good call of a connector that may call.</exception>
    public async Task<(ConnectorCall Call, ConnectorRecord Connector)> ReadAsync(string body, string path, CancellationToken cancellationToken)
    {
        // 1., 2., 3.
        var call = ReadOpenly(body, path);

        // 4.
        var connector = await store.FindAsync(call.Issuer, cancellationToken) ?? throw Unknown;

        // 5.
        if (!await IsSignedAsync(body, connector.Key))
        {
            if (connector.PreviousKey is not { } previous || !await IsSignedAsync(body, previous))
            {
                await NoteRetiredAsync(body, call, connector);
                throw Unknown;
            }
        }
        else if (connector.PreviousKey is not null)
        {
            // The new key has arrived: the one before it is over.
            connector = await store.UpdateAsync(connector.Id, static other => other with { PreviousKey = null, RetiredKey = other.PreviousKey ?? other.RetiredKey }, cancellationToken) ?? throw Unknown;
        }

        // 6.
        Enter(call, connector.Id);
        CheckStanding(connector);

        // 7.
        await instances.NoteAsync(connector, call.Instance, cancellationToken);
        return (call, connector);
    }

    /// <exception cref="CallRefusedException">The connector may not call, or is gone.</exception>
    public static void CheckStanding(ConnectorRecord? connector)
    {
        switch (connector)
        {
            case null:
                throw Unknown;
            case { RevokedAt: not null }:
                throw new CallRefusedException(CallFault.ConnectorRevoked, $"Connector '{ConnectorNames.BeforeRetired(connector.Name)}' was revoked.");
            case { BlockedAt: not null }:
                throw new CallRefusedException(
                    CallFault.ConnectorBlocked, $"Connector '{ConnectorNames.BeforeRetired(connector.Name)}' is blocked, since its key was used from two places at once: enrol it again, with a new token and --replace.");
        }
    }

    private static async Task<bool> IsSignedAsync(string body, PublicPoint point)
        => PublicKeys.TryCreate(point.X, point.Y, out var key)
            && await SignedJson.VerifyAsync(body, IdentityJsonContext.Default.ConnectorCall, ConnectorCall.TokenType, key) is not null;

    private static CallRefusedException BadRequest() => new(CallFault.BadRequest, "This is no call of a connector.");

    private ConnectorCall ReadOpenly(string body, string path)
    {
        var call = SignedJson.Peek(body, IdentityJsonContext.Default.ConnectorCall);
        if (call is null || call.Path != path || call.Id.Length is 0 or > 64 || call.Instance.Length is 0 or > 64 || call.Instance.Contains(' ', StringComparison.Ordinal))
        {
            throw BadRequest();
        }

        if (!keys.IsOurs(call.Audience))
        {
            throw new CallRefusedException(CallFault.WrongGateway, "The call is for another gateway than this one.");
        }

        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var age = now - call.IssuedAt;
        return age is >= -ConnectorCall.Skew and <= ConnectorCall.Lifetime + ConnectorCall.Skew
            ? call
            : throw new CallRefusedException(CallFault.ClockSkewed, $"The connector's clock is {Math.Abs(age)} s {(age > 0 ? "behind" : "ahead of")} the gateway's.")
            {
                Clock = new GatewayClock { InResponseTo = call.Id, Time = now },
            };
    }

    /// <summary>Whoever signs with the key before has an old copy of what the connector keeps. A call that was recorded in its time is none of that.</summary>
    private async Task NoteRetiredAsync(string body, ConnectorCall call, ConnectorRecord connector)
    {
        if (connector.RetiredKey is { } retired && await IsSignedAsync(body, retired))
        {
            Enter(call, connector.Id);
            instances.NoteRetired(connector);
        }
    }

    private void Enter(ConnectorCall call, string who)
    {
        if (!replays.TryEnter(who, call.Id))
        {
            throw new CallRefusedException(CallFault.Replayed, "The call was made before.");
        }
    }
}
