using AppProxy.Contracts.Identity;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Connector.Enrollment;

/// <summary>
/// Makes this installation a connector: 1. the token names the gateway's key; 2. the gateway shows that it has that key, or one that it vouched
/// for, before it learns anything; 3. a key pair is drawn and kept, whose private half stays here; 4. the gateway takes the public half; 5. the identity is kept.
/// </summary>
internal sealed class Enroller(IdentityFile file, TimeProvider time, HttpMessageHandler? handler = null)
{
    /// <param name="gateway">The gateway's own address.</param>
    /// <param name="tokenText">What the operator was given.</param>
    /// <param name="name">The name that the connector would like to have.</param>
    /// <param name="isReplacing">Whether an identity that is there may be given up.</param>
    /// <param name="cancellationToken">Gives up; nothing is kept then.</param>
    /// <exception cref="EnrollmentException">It is not to be.</exception>
    public async Task<ConnectorIdentity> EnrollAsync(string? gateway, string? tokenText, string name, bool isReplacing, CancellationToken cancellationToken)
    {
        if (file.Exists && !isReplacing)
        {
            throw new EnrollmentException($"{file.Path}: this connector is enrolled already. Give --replace to give up that identity, or name another file with --identity.");
        }

        // 1.
        var url = ReadGateway(gateway);
        if (!EnrollmentToken.TryParse(tokenText, out var token))
        {
            throw new EnrollmentException(string.IsNullOrWhiteSpace(tokenText)
                ? "There is no token: give --token, --token-file, or Connector__Enrollment__Token in the environment."
                : "The token is none, or was not copied whole: it begins with apx1_ and is one word.");
        }

        var pending = new PendingEnrollment(file, token.Id);
        using var client = new GatewayClient(url, time, handler);
        try
        {
            // 2.
            var gatewayKey = await FindPinnedAsync(client, url, token, cancellationToken);

            // 3.
            using var key = pending.OpenKey();
            var publicKey = PublicKeys.From(key);
            var identity = new ConnectorIdentity
            {
                Gateway = url,
                Id = "",
                Name = name,
                Group = "",
                GatewayKey = new PublicPoint(gatewayKey.X, gatewayKey.Y),
                PrivateKey = file.Protect(key),
                KeyCreatedAt = time.GetUtcNow(),
            };

            // 4.
            var call = new ConnectorCall
            {
                Issuer = "",
                Audience = "",
                Id = "",
                IssuedAt = 0,
                Instance = "",
                Path = ConnectorPaths.Enroll,
                Enrollment = new EnrollmentRequest
                {
                    TokenId = token.Id,
                    Proof = EnrollmentToken.ProveFor(token.Verifier, publicKey.Kid),
                    Name = name,
                    X = publicKey.X,
                    Y = publicKey.Y,
                },
            };
            var (answer, signedBy) = await client.CallAsync(call, Credentials(new ECDsaSecurityKey(key) { KeyId = publicKey.Kid }), gatewayKey, cancellationToken);
            if (answer.Enrolled is not { } enrolled)
            {
                throw new EnrollmentException($"{url}: the gateway's answer says nothing about this connector. Is one of the two much older than the other?");
            }

            // 5.
            identity = identity with { Id = enrolled.Id, Name = enrolled.Name, Group = enrolled.Group, GatewayKey = new PublicPoint(signedBy.X, signedBy.Y) };
            if (isReplacing)
            {
                file.Write(identity);
            }

            // The same enrolment twice at once gets the same identity twice.
            var isLate = !isReplacing && !file.TryCreate(identity) && file.Read().Id != identity.Id;
            pending.Forget();
            if (isLate)
            {
                throw new EnrollmentException($"{file.Path}: another enrolment was faster, and its identity stays. '{identity.Name}' is enrolled too and in nobody's use: revoke it at the gateway.");
            }

            return identity;
        }
        catch (GatewayCallException failed)
        {
            if (failed.Fault is CallFault.TokenUnknown or CallFault.TokenForged or CallFault.TokenUsed or CallFault.TokenExpired)
            {
                pending.Forget();
            }

            throw new EnrollmentException(failed.Message, failed);
        }
    }

    public static SigningCredentials Credentials(ECDsaSecurityKey key) => new(key, SecurityAlgorithms.EcdsaSha256)
    {
        // What the library keeps of a key must not outlive it.
        CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
    };

    /// <exception cref="EnrollmentException">Not an address that a secret may be told to.</exception>
    public static Uri ReadGateway(string? gateway)
    {
        if (!Uri.TryCreate(gateway, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp) || url.PathAndQuery != "/" || url.UserInfo.Length > 0)
        {
            throw new EnrollmentException($"The gateway's address '{gateway}' must be https:// and the gateway's own host, such as https://gateway.example.com.");
        }

        return url.Scheme == Uri.UriSchemeHttps || url.IsLoopback
            ? url
            : throw new EnrollmentException($"The gateway's address '{gateway}' must be https://: plain http is for a gateway on this machine only.");
    }

    private static async Task<JsonWebKey> FindPinnedAsync(GatewayClient client, Uri url, EnrollmentToken token, CancellationToken cancellationToken)
    {
        var keys = await client.ReadKeysAsync(cancellationToken);
        return keys.Find(token.GatewayKeyId)
            ?? throw new EnrollmentException($"{url}: this is not the gateway that made the token: it has another key. Check the address; or something on the way answers in the gateway's place.");
    }
}
