using System.CommandLine;
using AppProxy.Connector.Settings;
using AppProxy.Contracts.Settings;

namespace AppProxy.Connector.Enrollment;

/// <summary>The verb <c>enroll</c>. What is not given on the command line is taken from the connector's configuration.</summary>
internal static class EnrollCommand
{
    private const int Failed = 1;
    private const int WrongUsage = 2;

    /// <summary>Whether the arguments are for it, and not settings of a connector that runs.</summary>
    public static bool IsAskedFor(string[] args) => args is ["enroll" or "-h" or "-?" or "--help" or "--version", ..];

    public static async Task<int> RunAsync(string[] args, TimeProvider time, InvocationConfiguration? invocation = null)
    {
        invocation ??= new InvocationConfiguration();
        invocation.EnableDefaultExceptionHandler = false;
        var root = new RootCommand("AppProxy connector. Without a command it runs as configured (appsettings.json, environment, --key value).") { Create(time) };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            invocation.Error.WriteLine(string.Join(" ", parsed.Errors.Select(static error => error.Message.ReplaceLineEndings(" "))));
            return WrongUsage;
        }

        try
        {
            return await parsed.InvokeAsync(invocation);
        }
        catch (EnrollmentException failed)
        {
            invocation.Error.WriteLine(failed.Message);
            return Failed;
        }
    }

    private static Command Create(TimeProvider time)
    {
        var gateway = new Option<string?>("--gateway") { Description = "The gateway's own address: https, or http on this machine.", HelpName = "URL" };
        var token = new Option<string?>("--token") { Description = "The one-time token. Everybody on this machine can read command lines: better --token-file, or Connector__Enrollment__Token in the environment.", HelpName = "TOKEN" };
        var tokenFile = new Option<string?>("--token-file") { Description = "File that holds the token.", HelpName = "FILE" };
        var name = new Option<string?>("--name") { Description = "What the connector shall be called; without it, the name of this machine.", HelpName = "NAME" };
        var identity = new Option<string?>("--identity") { Description = $"File that keeps who this connector is; without it {ConnectorOptions.DefaultIdentity}.", HelpName = "FILE" };
        var replace = new Option<bool>("--replace") { Description = "Gives up the identity that is there." };
        var enroll = new Command("enroll", "Makes this machine a connector of a gateway, with a one-time token that its operator made.") { gateway, token, tokenFile, name, identity, replace };
        enroll.SetAction(async (parsed, cancellationToken) =>
        {
            var configuration = new ConfigurationBuilder()
                .SetBasePath(Directory.GetCurrentDirectory())
                .AddJsonFile("appsettings.json", optional: true)
                .AddEnvironmentVariables()
                .Build();
            var options = SettingsReader.Read<ConnectorOptions>(configuration.GetSection(ConnectorOptions.Section), []);
            var given = new EnrollmentOptions { Token = parsed.GetValue(token), TokenFile = parsed.GetValue(tokenFile) };
            var enrolled = await new Enroller(new IdentityFile(parsed.GetValue(identity) ?? options.Identity, IKeyProtection.Create()), time).EnrollAsync(
                parsed.GetValue(gateway) ?? options.Gateway,
                UnattendedEnrollment.ReadToken(given.Token is null && given.TokenFile is null ? options.Enrollment : given),
                parsed.GetValue(name) ?? options.Name ?? Environment.MachineName,
                parsed.GetValue(replace),
                cancellationToken);
            parsed.InvocationConfiguration.Output.WriteLine($"Enrolled as '{enrolled.Name}' of group '{enrolled.Group}'. Start the connector: it finds its identity by itself.");
        });
        return enroll;
    }
}
