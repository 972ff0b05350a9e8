using System.Security.Cryptography;
using AppProxy.Gateway.Keys;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;

namespace AppProxy.Gateway.Directory.Provider;

/// <summary>
/// The gateway's own keys, as OpenIddict takes them: the current one signs, all that are accepted verify and stand in the JWKS. What only the directory itself
/// reads again (codes) is encrypted under keys derived from them. They rotate while the gateway runs, so that OpenIddict's options are made anew.
/// </summary>
internal sealed class ProviderKeys(SigningKeys keys) : IConfigureOptions<OpenIddictServerOptions>, IOptionsChangeTokenSource<OpenIddictServerOptions>, IDisposable
{
    private const int KeyLength = 32;

    private readonly Lock _gate = new();
    private CancellationTokenSource _change = new();
    private string? _taken;

    public string? Name => Options.DefaultName;

    public IChangeToken GetChangeToken()
    {
        lock (_gate)
        {
            return new CancellationChangeToken(_change.Token);
        }
    }

    public void Configure(OpenIddictServerOptions options)
    {
        foreach (var key in InOrder())
        {
            options.SigningCredentials.Add(key.Credentials);
            options.EncryptionCredentials.Add(new EncryptingCredentials(Derive(key), SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512));
        }
    }

    /// <summary>Looks whether the keys are others than those that the options were made of.</summary>
    public void Refresh()
    {
        var now = string.Join(' ', InOrder().Select(static key => key.Id));
        CancellationTokenSource? changed = null;
        lock (_gate)
        {
            if (_taken is not null && _taken != now)
            {
                (changed, _change) = (_change, new CancellationTokenSource());
            }

            _taken = now;
        }

        changed?.Cancel();
        changed?.Dispose();
    }

    public void Dispose() => _change.Dispose();

    private IEnumerable<SigningKey> InOrder()
    {
        var current = keys.Current;
        return keys.Accepted.Where(key => key != current).Prepend(current);
    }

    private static SymmetricSecurityKey Derive(SigningKey key)
        => new(HKDF.DeriveKey(HashAlgorithmName.SHA256, Convert.FromBase64String(key.Stored.PrivateKey!), KeyLength, info: "AppProxy.Directory.Tokens"u8.ToArray())) { KeyId = "directory-" + key.Id };
}
