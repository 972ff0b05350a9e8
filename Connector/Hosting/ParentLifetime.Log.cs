using Microsoft.Extensions.Logging;

namespace AppProxy.Connector.Hosting;

internal sealed partial class ParentLifetime
{
    [LoggerMessage(1900, LogLevel.Information, "The process that started this connector is gone or asks it to stop")]
    private partial void LogParentGone();
}
