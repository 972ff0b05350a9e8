namespace AppProxy.Gateway.Hosting;

/// <summary>A start that fails is told by whoever called for it, in words for the operator; the host's own report with its stack trace waits until the start is over.</summary>
internal static class StartLogging
{
    /// <returns>What to set when the start is over.</returns>
    public static StartedFlag QuietUntilStarted(this ILoggingBuilder logging)
    {
        var started = new StartedFlag();
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => level >= LogLevel.Warning && (started.IsSet || level < LogLevel.Error));
        return started;
    }

    internal sealed class StartedFlag
    {
        private volatile bool _isSet;

        public bool IsSet => _isSet;

        public void Set() => _isSet = true;
    }
}
