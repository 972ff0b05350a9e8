using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Gateway.Keys;

namespace AppProxy.Gateway.Connectors.Enrolling;

/// <summary>Makes the tokens that connectors enrol with.</summary>
internal sealed class EnrollmentTokens(IConnectorStore store, SigningKeys keys, TimeProvider time)
{
    public async Task<EnrollmentToken> CreateAsync(string group, TimeSpan lifetime, int uses, CancellationToken cancellationToken)
    {
        var token = EnrollmentToken.Create(keys.Current.Id);
        await store.AddTokenAsync(new EnrollmentTokenRecord(token.Id, Convert.ToBase64String(token.Verifier), group, time.GetUtcNow() + lifetime, uses), cancellationToken);
        return token;
    }
}
