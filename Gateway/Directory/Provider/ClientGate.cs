using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Directory.SigningIn;
using Microsoft.AspNetCore.Http.Features;
using OpenIddict.Abstractions;

namespace AppProxy.Gateway.Directory.Provider;

/// <summary>How often programs of one network may ask for codes and tokens, before anything of it is read: a wrong secret makes work, and a device's code is kept.</summary>
internal sealed partial class ClientGate(SignInThrottle throttle, IAuditLog log, ILogger<ClientGate> logger)
{
    /// <summary>Runs it where it may be asked for; otherwise the request is answered.</summary>
    /// <param name="path">Below <see cref="DirectoryPaths.Root"/>.</param>
    /// <param name="ask">Whether the request was answered.</param>
    /// <returns>Whether the request was answered.</returns>
    public async Task<bool> InvokeAsync(HttpContext context, string path, Func<Task<bool>> ask)
    {
        var isForTokens = Is(path, DirectoryPaths.Token);
        // The gateway itself asks without a connection.
        if (!(isForTokens || Is(path, DirectoryPaths.DeviceAuthorization)) || context.Features.Get<IHttpConnectionFeature>() is null)
        {
            return await ask();
        }

        var address = context.Connection.RemoteIpAddress;
        TimeSpan wait;
        if ((isForTokens ? throttle.TryClient(address, out wait) : throttle.TryDeviceAuthorization(address, out wait)) is not { } attempt)
        {
            await RefuseAsync(context, wait);
            return true;
        }

        var isAnswered = await ask();
        // What counts is who it is not (RFC 6749 section 5.2): a program that polls asks often, as it was told.
        if (isForTokens && context.Response.StatusCode != StatusCodes.Status401Unauthorized)
        {
            attempt.Succeed();
        }

        return isAnswered;
    }

    /// <summary>As OpenIddict tells its endpoints apart.</summary>
    private static bool Is(string path, string endpoint) => path.AsSpan().TrimEnd('/').Equals(endpoint, StringComparison.OrdinalIgnoreCase);

    private async Task RefuseAsync(HttpContext context, TimeSpan wait)
    {
        var address = context.Connection.RemoteIpAddress;
        if (throttle.IsToBeTold(address))
        {
            LogThrottled(address?.ToString());
            log.Write(SignInPage.Failed(context, null, "too-many-attempts"));
        }

        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        TooManyTries.SetRetryAfter(context, wait);
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsJsonAsync(
            new Dictionary<string, string>
            {
                [OpenIddictConstants.Parameters.Error] = OpenIddictConstants.Errors.TemporarilyUnavailable,
                [OpenIddictConstants.Parameters.ErrorDescription] = "Programs of this network asked too often; try again in a while.",
            },
            context.RequestAborted);
    }

    [LoggerMessage(6433, LogLevel.Warning, "Programs at {Address} were refused: too many attempts")]
    private partial void LogThrottled(string? address);
}
