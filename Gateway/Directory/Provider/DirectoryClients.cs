using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using AppProxy.Gateway.Directory.Accounts;
using Microsoft.AspNetCore.WebUtilities;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace AppProxy.Gateway.Directory.Provider;

/// <summary>Programs that get tokens for themselves (RFC 6749 section 4.4). Assignments name them by their client id.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed partial class DirectoryClients(IOpenIddictApplicationManager clients)
{
    /// <returns>The secret, which is kept as a hash only.</returns>
    /// <exception cref="DirectoryException">No name for a client, or there is one.</exception>
    public async Task<string> AddAsync(string name, CancellationToken cancellationToken)
    {
        if (!ClientId().IsMatch(name))
        {
            throw new DirectoryException($"'{name}' must be 1 to 100 letters, digits, '.', '-' or '_'");
        }

        if (await clients.FindByClientIdAsync(name, cancellationToken) is not null)
        {
            throw new DirectoryException($"There is a client '{name}' already; remove it first to get another secret");
        }

        var secret = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        await clients.CreateAsync(
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

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await foreach (var client in clients.ListAsync(cancellationToken: cancellationToken))
        {
            if (await clients.GetClientIdAsync(client, cancellationToken) is { } name && name != DirectoryOptions.GatewayClientId)
            {
                names.Add(name);
            }
        }

        names.Sort(StringComparer.Ordinal);
        return names;
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

    [GeneratedRegex("^[A-Za-z0-9._-]{1,100}$")]
    private static partial Regex ClientId();
}
