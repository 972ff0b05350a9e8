namespace AppProxy.Gateway.Relay.Origin;

/// <summary>Which fields trusted proxies write. Only one kind counts: what a proxy does not write, it may pass on from the client.</summary>
internal enum ForwardedBy
{
    /// <summary><c>X-Forwarded-For</c>, <c>-Proto</c>, <c>-Host</c> and <c>-Prefix</c>.</summary>
    XForwarded,

    /// <summary><c>Forwarded</c> (RFC 7239).</summary>
    Forwarded,
}
