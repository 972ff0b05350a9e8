namespace AppProxy.Gateway.Hosting.ProxyProtocol;

/// <summary>What the octets at a connection's beginning are.</summary>
internal enum ProxyHeaderState
{
    Incomplete,
    Complete,
    Invalid,
}
