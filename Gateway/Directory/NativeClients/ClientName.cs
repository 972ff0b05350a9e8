using OpenIddict.Abstractions;

namespace AppProxy.Gateway.Directory.NativeClients;

/// <summary>What people read of a program.</summary>
internal static class ClientName
{
    /// <returns>Null when there is no such client.</returns>
    public static async Task<string?> FindAsync(HttpContext context, string id)
    {
        var clients = context.RequestServices.GetRequiredService<IOpenIddictApplicationManager>();
        return await clients.FindByClientIdAsync(id, context.RequestAborted) is { } client ? await clients.GetDisplayNameAsync(client, context.RequestAborted) ?? id : null;
    }
}
