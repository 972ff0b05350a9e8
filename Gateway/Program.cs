using AppProxy.Gateway.Commands;
using AppProxy.Gateway.Demo;
using AppProxy.Gateway.Hosting;

return await new CommandLine(
    static async args =>
    {
        await using var gateway = GatewayHost.Build(args);
        await gateway.RunAsync();
        return 0;
    },
    static (options, output, stop) => new DemoHost(options, DemoGateway.StartAsync, output, TimeProvider.System, TerminalColours.AreWanted()).RunAsync(stop)).RunAsync(args);
