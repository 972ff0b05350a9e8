namespace AppProxy.Gateway.Relay.Translation;

/// <summary>The schemes of URLs that may lead to an app.</summary>
internal enum UrlScheme
{
    /// <summary>The page's own: <c>//host/path</c>.</summary>
    None,

    Http,

    Https,

    /// <summary>WebSocket, on http's ports.</summary>
    Ws,

    Wss,
}
