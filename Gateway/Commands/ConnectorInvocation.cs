namespace AppProxy.Gateway.Commands;

/// <summary>What somebody types on a connector's machine.</summary>
internal static class ConnectorInvocation
{
    private const string Repository = "AppProxy.sln";

    /// <summary>The command that enrols.</summary>
    /// <param name="folder">Where the gateway runs from: in the repository connectors are built by who starts them, elsewhere they are a program as the gateway is.</param>
    /// <param name="gateway">Where connectors reach it.</param>
    /// <param name="token">Secret.</param>
    public static string Enroll(string folder, string gateway, string token)
        => $"{(IsInRepository(folder) ? "dotnet run --project Connector --" : "AppProxy.Connector")} enroll --gateway {gateway} --token {token}";

    /// <summary>Takes an address that connectors accept, and nothing that a shell reads as more than a word.</summary>
    /// <exception cref="CommandException">None is known, or none that a secret may be told to.</exception>
    public static string ReadGateway(string? given, string? known)
    {
        if ((given ?? known) is not { } text)
        {
            throw new CommandException("--gateway is missing, and no setting tells where connectors reach the gateway (Gateway:SignIn:Origin, Gateway:OwnHosts): give it, such as https://gateway.example.com");
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            && url.PathAndQuery == "/" && url.UserInfo.Length == 0 && url.Fragment.Length == 0
            ? url.GetLeftPart(UriPartial.Authority)
            : throw new CommandException($"{(given is null ? "The gateway's address in the settings" : "--gateway")} '{text}' must be https:// and the gateway's own host, such as https://gateway.example.com; plain http is for a gateway on this machine only");
    }

    private static bool IsInRepository(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, Repository)))
            {
                return true;
            }
        }

        return false;
    }
}
