namespace AppProxy.Contracts.Frames;

/// <summary>
/// One run of an exchange's request: the gateway's send number, and a nonce that the connector draws at each delivery, since a
/// broker may deliver one send twice.
/// </summary>
/// <param name="Send">1 for the first send; the gateway alone counts it up.</param>
/// <param name="Nonce">Never 0 once a connector has drawn it; 0 in the request head itself.</param>
public readonly record struct Attempt(ushort Send, uint Nonce);
