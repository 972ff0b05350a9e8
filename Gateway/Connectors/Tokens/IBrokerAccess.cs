using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Connectors.Calls;
using AppProxy.Gateway.Connectors.Roster;

namespace AppProxy.Gateway.Connectors.Tokens;

/// <summary>Makes the tokens with which a connector uses its group's queues, and nothing else, for a few minutes.</summary>
internal interface IBrokerAccess
{
    /// <exception cref="CallRefusedException">The gateway has none to give.</exception>
    BrokerAccessAnswer Grant(ConnectorRecord connector);
}
