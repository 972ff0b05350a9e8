using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Directory.Accounts;

/// <summary>One-time links, made by commands and shown on their console only.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class DirectoryLinks(StoreContext context, TimeProvider time)
{
    /// <summary>How long the first owner has.</summary>
    public static readonly TimeSpan OwnerLifetime = TimeSpan.FromMinutes(15);

    /// <summary>How long somebody has to whom a link for a password must be brought.</summary>
    public static readonly TimeSpan PasswordLifetime = TimeSpan.FromHours(24);

    /// <param name="user">Whose password; null for the first owner. The links before are worth nothing from now on.</param>
    /// <param name="lifetime">How long it is good.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The secret that the link carries.</returns>
    public async Task<string> CreateAsync(DirectoryUser? user, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var id = user?.Id;
        var now = time.GetUtcNow();
        var expired = now.ToUnixTimeMilliseconds();
        await context.Set<DirectoryLink>().Where(link => link.UserId == id || link.ExpiresAt < expired).ExecuteDeleteAsync(cancellationToken);
        var secret = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        context.Add(new DirectoryLink { Hash = Hash(secret), UserId = id, ExpiresAt = (now + lifetime).ToUnixTimeMilliseconds() });
        await context.SaveChangesAsync(cancellationToken);
        return secret;
    }

    /// <summary>The link that is still good; null for any other.</summary>
    public async Task<DirectoryLink?> FindAsync(string? secret, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(secret))
        {
            return null;
        }

        var (hash, now) = (Hash(secret), time.GetUtcNow().ToUnixTimeMilliseconds());
        return await context.Set<DirectoryLink>().AsNoTracking().SingleOrDefaultAsync(link => link.Hash == hash && link.ExpiresAt > now, cancellationToken);
    }

    /// <summary>Uses a link up: of several who try, one does.</summary>
    public async Task<bool> TakeAsync(DirectoryLink link, CancellationToken cancellationToken)
        => await context.Set<DirectoryLink>().Where(other => other.Hash == link.Hash).ExecuteDeleteAsync(cancellationToken) == 1;

    private static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
