using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace AppProxy.Gateway.Diagnostics;

/// <summary>Exports meters and traces by OTLP where the standard variable OTEL_EXPORTER_OTLP_ENDPOINT says so; without it nothing listens and nothing costs.</summary>
internal static class GatewayTelemetry
{
    public static void AddGatewayTelemetry(this IHostApplicationBuilder builder)
    {
        // The platform's account of each request: a log scope and an activity, though nobody may look at either. Ours is the exchange's.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            return;
        }

        builder.Services.AddOpenTelemetry()
            .WithMetrics(static metrics => metrics.AddMeter(GatewayMeter.MeterName).AddAspNetCoreInstrumentation())
            .WithTracing(static tracing => tracing.AddSource(GatewayTracing.SourceName).AddAspNetCoreInstrumentation())
            .WithLogging()
            .UseOtlpExporter();
    }
}
