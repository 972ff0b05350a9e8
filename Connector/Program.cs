using AppProxy.Connector.Diagnostics;
using AppProxy.Connector.Hosting;

try
{
    var builder = Host.CreateApplicationBuilder(args);
    builder.Services.AddConnector(builder.Configuration);
    builder.AddConnectorTelemetry();
    using var host = builder.Build();
    await host.RunAsync();
    return 0;
}
catch (Exception failure) when (StartFailure.Describe(failure) is { } reason)
{
    StartFailure.Report(reason);
    return 2;
}
