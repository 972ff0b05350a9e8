using System.Globalization;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Processes;

namespace AppProxy.Tests.EndToEnd.SignIn;

/// <summary>npm's oidc-provider, which is certified and which nobody here wrote, as a process of its own.</summary>
internal sealed class OpenIdProvider : IAsyncDisposable
{
    private readonly RunningProgram _program;

    private OpenIdProvider(RunningProgram program, int port)
    {
        _program = program;
        Issuer = $"http://localhost:{port}";
    }

    public string Issuer { get; }

    /// <param name="gateway">Origin of the gateway's own host.</param>
    /// <param name="backChannel">Where it tells of sessions that ended.</param>
    /// <param name="takesPushedRequests">Whether it is told what is asked of it behind browsers' backs (RFC 9126), where it is not by their URLs.</param>
    /// <param name="takesClaimsRequests">Whether it can be asked for claims (<c>claims</c>): else what it does not say of itself, it says only to who asks by <c>max_age</c>.</param>
    public static async Task<OpenIdProvider> StartAsync(
        string gateway, string backChannel, CancellationToken cancellationToken, bool takesPushedRequests = true, bool takesClaimsRequests = true)
    {
        var node = RequiredProgram.Find("node", "nodejs");
        var folder = await NodePackages.InstallAsync("Tests/EndToEnd/SignIn/Provider", "sign-in-provider", cancellationToken);
        var port = FreePort.Take();
        var program = RunningProgram.Start(node, ["provider.mjs"], folder, new Dictionary<string, string?>
        {
            ["PROVIDER_PORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["PROVIDER_GATEWAY"] = gateway,
            ["PROVIDER_BACK_CHANNEL"] = backChannel,
            ["PROVIDER_PUSHED"] = takesPushedRequests ? "yes" : "no",
            ["PROVIDER_CLAIMS"] = takesClaimsRequests ? "yes" : "no",
            // Only where the tests' certificate is asked for, by the back channel.
            ["NODE_TLS_REJECT_UNAUTHORIZED"] = "0",
            ["NODE_NO_WARNINGS"] = "1",
        });
        try
        {
            await program.WaitForLineAsync("listening", cancellationToken);
            return new OpenIdProvider(program, port);
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until it has told the gateway of an end.</summary>
    public Task WaitForBackChannelAsync(CancellationToken cancellationToken) => _program.WaitForLineAsync("back channel done", cancellationToken);

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
