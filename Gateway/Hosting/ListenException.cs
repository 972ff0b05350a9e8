namespace AppProxy.Gateway.Hosting;

/// <summary>An address cannot be listened on: it is taken, or the settings for it are wrong. What a server throws at its start is about that.</summary>
internal sealed class ListenException(string setting, Exception cause)
    : Exception(cause.Message.ReplaceLineEndings(" ").TrimEnd('.') + ".", cause)
{
    /// <summary>Where the operator wrote the address.</summary>
    public string Setting { get; } = setting;
}
