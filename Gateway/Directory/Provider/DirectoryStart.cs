using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.SigningIn;
using AppProxy.Gateway.Directory.Storage;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace AppProxy.Gateway.Directory.Provider;

/// <summary>Registers the gateway as the directory's client before anybody signs in, tells how the first owner comes in, and throws away what is over.</summary>
internal sealed partial class DirectoryStart(IServiceScopeFactory scopes, StoreConnection store, EndedSessions ended, GatewayOrigin origin, TimeProvider time, ILogger<DirectoryStart> logger) : BackgroundService
{
    private static readonly TimeSpan PruneInterval = TimeSpan.FromHours(1);

    /// <summary>For how long what is over can be looked at.</summary>
    private static readonly TimeSpan Keep = TimeSpan.FromDays(1);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await StoreSchema.UpgradeAsync(store, cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        await RegisterAsync(scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>(), cancellationToken);
        if (!await scope.ServiceProvider.GetRequiredService<StoreContext>().Set<DirectoryUser>().AnyAsync(static user => user.IsOwner, cancellationToken))
        {
            LogNoOwner();
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(PruneInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await OverTokens.PruneAsync(store, time.GetUtcNow() - Keep, stoppingToken);
                await ended.PruneAsync(stoppingToken);
            }
            catch (StoreException away)
            {
                LogNotPruned(away.Message);
            }
        }
    }

    /// <summary>A public client with PKCE: a secret between two parts of one process would protect nothing, and would have to be kept.</summary>
    private async Task RegisterAsync(IOpenIddictApplicationManager clients, CancellationToken cancellationToken)
    {
        var wanted = new OpenIddictApplicationDescriptor
        {
            ClientId = DirectoryOptions.GatewayClientId,
            DisplayName = "AppProxy",
            ClientType = ClientTypes.Public,
            ConsentType = ConsentTypes.Implicit,
            RedirectUris = { new Uri(origin.To(SignInPaths.Callback)) },
            PostLogoutRedirectUris = { new Uri(origin.To(SignInPaths.SignedOut)) },
            Permissions =
            {
                Permissions.Endpoints.Authorization, Permissions.Endpoints.Token, Permissions.Endpoints.EndSession,
                Permissions.GrantTypes.AuthorizationCode, Permissions.ResponseTypes.Code, Permissions.Scopes.Profile, Permissions.Scopes.Email,
            },
            Requirements = { Requirements.Features.ProofKeyForCodeExchange },
        };
        try
        {
            if (await clients.FindByClientIdAsync(wanted.ClientId, cancellationToken) is not { } known)
            {
                await clients.CreateAsync(wanted, cancellationToken);
            }
            else if (!(await clients.GetRedirectUrisAsync(known, cancellationToken)).SequenceEqual(wanted.RedirectUris.Select(static url => url.AbsoluteUri))
                || !(await clients.GetPermissionsAsync(known, cancellationToken)).ToHashSet().SetEquals(wanted.Permissions))
            {
                await clients.UpdateAsync(known, wanted, cancellationToken);
            }
        }
        catch (Exception raced) when (raced is DbUpdateException or OpenIddictExceptions.ConcurrencyException or OpenIddictExceptions.ValidationException)
        {
            // Another gateway of this store starts at the same moment, and writes the same; where it was something else, the first sign-in says so.
            LogRaced(raced.Message.ReplaceLineEndings(" "));
        }
    }

    [LoggerMessage(6402, LogLevel.Warning, "The directory has no owner yet: 'users first-owner' prints a link for the first one")]
    private partial void LogNoOwner();

    [LoggerMessage(6403, LogLevel.Warning, "Codes and sessions that are over stay in the store for now: {Reason}")]
    private partial void LogNotPruned(string reason);

    [LoggerMessage(6404, LogLevel.Information, "The gateway's registration in its directory was left to another gateway: {Reason}")]
    private partial void LogRaced(string reason);
}
