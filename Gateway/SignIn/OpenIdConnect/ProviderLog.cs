namespace AppProxy.Gateway.SignIn.OpenIdConnect;

/// <summary>What is told about the provider.</summary>
internal static partial class ProviderLog
{
    [LoggerMessage(6106, LogLevel.Error, "The sign-in provider cannot be reached: {Reason}")]
    public static partial void ProviderAway(ILogger logger, string reason);
}
