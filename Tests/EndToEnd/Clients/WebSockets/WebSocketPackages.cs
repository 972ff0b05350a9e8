using AppProxy.Tests.EndToEnd.Processes;

namespace AppProxy.Tests.EndToEnd.Clients.WebSockets;

/// <summary>The scripts of this folder beside npm's ws.</summary>
internal static class WebSocketPackages
{
    public static Task<string> InstallAsync(CancellationToken cancellationToken)
        => NodePackages.InstallAsync("Tests/EndToEnd/Clients/WebSockets", "websocket-cases", cancellationToken);
}
