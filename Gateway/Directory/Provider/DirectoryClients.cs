using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using AppProxy.Gateway.Directory.Accounts;
using Microsoft.AspNetCore.WebUtilities;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace AppProxy.Gateway.Directory.Provider;

/// <summary>
/// Programs that get tokens for themselves (RFC 6749 section 4.4), which assignments name by their client id; and those of people's own machines, which act for whom
/// they are told to (RFC 8252, RFC 8628).
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed partial class DirectoryClients(IOpenIddictApplicationManager clients)
{
    /// <summary>Where a program listens for its code, when nothing else was said: at any port of this machine (RFC 8252 section 7.3).</summary>
    private static readonly Uri[] Loopback = [new("http://localhost/"), new("http://127.0.0.1/"), new("http://[::1]/")];

    /// <returns>The secret, which is kept as a hash only.</returns>
    /// <exception cref="DirectoryException">No name for a client, or there is one.</exception>
    public async Task<string> AddAsync(string name, CancellationToken cancellationToken)
    {
        var secret = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        await CreateAsync(
            new OpenIddictApplicationDescriptor
            {
                ClientId = name,
                ClientSecret = secret,
                DisplayName = name,
                ClientType = ClientTypes.Confidential,
                Permissions = { Permissions.Endpoints.Token, Permissions.GrantTypes.ClientCredentials },
            },
            cancellationToken);
        return secret;
    }

    /// <summary>Registers a program of people's own machines. It has no secret: what everybody has is none.</summary>
    /// <param name="name">The client id.</param>
    /// <param name="displayName">What people read who are asked whether it may act for them.</param>
    /// <param name="redirectUris">Where it takes codes; none for any port of the machine it runs on.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DirectoryException">No name for a client, there is one, or an address that nobody but the program can be sure to have.</exception>
    public async Task AddNativeAsync(string name, string? displayName, IReadOnlyList<string> redirectUris, CancellationToken cancellationToken)
    {
        var descriptor = new OpenIddictApplicationDescriptor
        {
            ClientId = name,
            DisplayName = displayName ?? name,
            ApplicationType = ApplicationTypes.Native,
            ClientType = ClientTypes.Public,
            Permissions =
            {
                Permissions.Endpoints.Authorization, Permissions.Endpoints.DeviceAuthorization, Permissions.Endpoints.Token,
                Permissions.GrantTypes.AuthorizationCode, Permissions.GrantTypes.DeviceCode, Permissions.GrantTypes.RefreshToken,
                Permissions.ResponseTypes.Code, Permissions.Scopes.Profile, Permissions.Scopes.Email,
            },
            Requirements = { Requirements.Features.ProofKeyForCodeExchange },
        };
        descriptor.RedirectUris.UnionWith(redirectUris.Count > 0 ? redirectUris.Select(Check) : Loopback);
        await CreateAsync(descriptor, cancellationToken);
    }

    public async Task<IReadOnlyList<DirectoryClient>> ListAsync(CancellationToken cancellationToken)
    {
        var found = new List<DirectoryClient>();
        await foreach (var client in clients.ListAsync(cancellationToken: cancellationToken))
        {
            if (await clients.GetClientIdAsync(client, cancellationToken) is { } name && name != DirectoryOptions.GatewayClientId)
            {
                found.Add(new DirectoryClient(
                    name, await clients.GetDisplayNameAsync(client, cancellationToken) ?? name, await clients.HasClientTypeAsync(client, ClientTypes.Public, cancellationToken)));
            }
        }

        return [.. found.OrderBy(static client => client.Id, StringComparer.Ordinal)];
    }

    /// <summary>It gets no more tokens; those it has go on until they expire, an hour at most.</summary>
    public async Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        if (name == DirectoryOptions.GatewayClientId || await clients.FindByClientIdAsync(name, cancellationToken) is not { } client)
        {
            throw new DirectoryException($"There is no client '{name}'; 'users clients list' tells which there are");
        }

        await clients.DeleteAsync(client, cancellationToken);
    }

    private async Task CreateAsync(OpenIddictApplicationDescriptor descriptor, CancellationToken cancellationToken)
    {
        var name = descriptor.ClientId!;
        if (!ClientId().IsMatch(name))
        {
            throw new DirectoryException($"'{name}' must be 1 to 100 letters, digits, '.', '-' or '_'");
        }

        if (await clients.FindByClientIdAsync(name, cancellationToken) is not null)
        {
            throw new DirectoryException($"There is a client '{name}' already; remove it first to register it anew");
        }

        await clients.CreateAsync(descriptor, cancellationToken);
    }

    /// <summary>RFC 8252 section 7: loopback, a name of a domain that is the program's own turned around, or HTTPS.</summary>
    private static Uri Check(string text)
        => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Fragment.Length == 0
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback) || uri.Scheme.Contains('.', StringComparison.Ordinal))
            ? uri
            : throw new DirectoryException($"'{text}' must be a URL without fragment: http://localhost/…, https://…, or of a scheme with a domain's name, such as com.example.app:/signed-in");

    [GeneratedRegex("^[A-Za-z0-9._-]{1,100}$")]
    private static partial Regex ClientId();
}
