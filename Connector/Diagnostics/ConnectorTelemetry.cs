using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace AppProxy.Connector.Diagnostics;

/// <summary>Exports meters and traces by OTLP where the standard variable OTEL_EXPORTER_OTLP_ENDPOINT says so; without it nothing listens and nothing costs.</summary>
internal static class ConnectorTelemetry
{
    public static void AddConnectorTelemetry(this IHostApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            return;
        }

        builder.Services.AddOpenTelemetry()
            .WithMetrics(static metrics => metrics.AddMeter(ConnectorMeter.MeterName))
            .WithTracing(static tracing => tracing.AddSource(ConnectorTracing.SourceName))
            .UseOtlpExporter();
    }
}
