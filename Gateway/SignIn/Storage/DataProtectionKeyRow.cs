namespace AppProxy.Gateway.SignIn.Storage;

/// <summary>One element of ASP.NET Core's key ring, which all gateways of a store share.</summary>
internal sealed class DataProtectionKeyRow
{
    public required string Id { get; set; }

    public required string Xml { get; set; }
}
