namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>Which paths without a host are links.</summary>
internal enum PathLinks
{
    /// <summary>None.</summary>
    None,

    /// <summary>Those below the app's own internal path.</summary>
    Own,

    All,
}
