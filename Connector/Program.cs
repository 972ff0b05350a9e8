using AppProxy.Connector.Diagnostics;
using AppProxy.Connector.Enrollment;
using AppProxy.Connector.Hosting;
using AppProxy.Contracts.Processes;

try
{
    if (EnrollCommand.IsAskedFor(args))
    {
        return await EnrollCommand.RunAsync(args, TimeProvider.System);
    }

    // Settings are read once; to watch for changes is to watch every folder below the one it was started in.
    var builder = Host.CreateApplicationBuilder(["--hostBuilder:reloadConfigOnChange=false", .. args]);
    await UnattendedEnrollment.RunAsync(builder.Configuration, TimeProvider.System, CancellationToken.None);
    builder.Services.AddConnector(builder.Configuration);
    builder.AddConnectorTelemetry();
    using var host = builder.Build();
    var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
    lifetime.ApplicationStarted.Register(() => QuietCollector.RunAsync(host.Services.GetRequiredService<TimeProvider>(), lifetime.ApplicationStopping));
    await host.RunAsync();
    return 0;
}
catch (Exception failure) when (StartFailure.Describe(failure) is { } reason)
{
    StartFailure.Report(reason);
    return 2;
}
