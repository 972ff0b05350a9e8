namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>How characters of a link may be written.</summary>
internal enum LinkEscapes
{
    None,

    /// <summary>Character references of HTML and XML.</summary>
    References,

    /// <summary>A slash behind a backslash, as many write JSON.</summary>
    Slashes,
}
