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

    /// <summary>The app's certificate is not what it must be.</summary>
    public void CertificateRefused(string app, string reasons) => LogCertificateRefused(app, reasons);

    /// <summary>The app is where this connector does not connect to.</summary>
    public void DestinationRefused(string app, string reason)
    {
        meter.DestinationRefused();
        LogDestinationRefused(app, reason);
    }

    /// <summary>TLS came to nothing before or after the app's certificate was looked at.</summary>
    public void HandshakeFailed(string app, string reason) => LogHandshakeFailed(app, reason);

    [LoggerMessage(2301, LogLevel.Warning, "The app '{App}' sent {Count} octets beyond its response; they are dropped and the connection is closed")]
    private partial void LogStrayOctets(string app, int count);

    [LoggerMessage(2302, LogLevel.Warning, "What the app '{App}' answered is not HTTP/1.1: {Error}")]
    private partial void LogInvalidResponse(string app, Http1Error error);

    [LoggerMessage(2303, LogLevel.Warning, "The certificate of the app '{App}' is not accepted: {Reasons}")]
    private partial void LogCertificateRefused(string app, string reasons);

    [LoggerMessage(2304, LogLevel.Warning, "TLS with the app '{App}' failed: {Reason}")]
    private partial void LogHandshakeFailed(string app, string reason);

    [LoggerMessage(2305, LogLevel.Warning, "The app '{App}' is not connected to: {Reason}")]
    private partial void LogDestinationRefused(string app, string reason);
}
