using AppProxy.Connector.Diagnostics;

namespace AppProxy.Connector.Http1;

/// <summary>Tells operators what an app does wrong on its connections; the exchange itself only ends with one of few failures.</summary>
internal sealed partial class AppFaults(ConnectorMeter meter, ILogger<AppFaults> logger)
{
    /// <summary>Octets beyond a response: perhaps half of a smuggled one. The connection is closed.</summary>
    public void StrayOctets(string app, int count)
    {
        meter.AppFault("StrayOctets");
        LogStrayOctets(app, count);
    }

    public void InvalidResponse(string app, Http1Error error)
    {
        meter.AppFault(error.ToString());
        LogInvalidResponse(app, error);
    }

    [LoggerMessage(2301, LogLevel.Warning, "The app '{App}' sent {Count} octets beyond its response; they are dropped and the connection is closed")]
    private partial void LogStrayOctets(string app, int count);

    [LoggerMessage(2302, LogLevel.Warning, "What the app '{App}' answered is not HTTP/1.1: {Error}")]
    private partial void LogInvalidResponse(string app, Http1Error error);
}
