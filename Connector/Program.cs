using AppProxy.Connector.Diagnostics;
using AppProxy.Connector.Hosting;
using Microsoft.Extensions.Options;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddConnector(builder.Configuration);
builder.AddConnectorTelemetry();
using var host = builder.Build();
try
{
    await host.RunAsync();
    return 0;
}
catch (OptionsValidationException mistakes)
{
    StartFailure.Report(mistakes);
    return 2;
}
