namespace AppProxy.Gateway.SignIn.OpenIdConnect;

/// <summary>What is told about the provider.</summary>
internal static partial class ProviderLog
{
    /// <param name="reference">What the page says that the person sees; null where they see none.</param>
    [LoggerMessage(6106, LogLevel.Error, "The sign-in provider cannot be reached, reference {Reference}: {Reason}")]
    public static partial void ProviderAway(ILogger logger, string? reference, string reason);
}
