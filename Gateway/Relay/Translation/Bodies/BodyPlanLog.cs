namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>What <see cref="BodyPlan"/> logs.</summary>
internal static partial class BodyPlanLog
{
    [LoggerMessage(3301, LogLevel.Debug, "Links in an answer of app '{App}' stay as they are: content type '{Type}' with coding '{Coding}' can't be read")]
    public static partial void Untranslated(ILogger logger, string app, string type, string coding);
}
