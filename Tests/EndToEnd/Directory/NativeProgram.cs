using System.Text.Json;
using AppProxy.Tests.EndToEnd.Processes;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

/// <summary>A program on somebody's machine that signs them in, with a client library that no one here wrote.</summary>
internal sealed class NativeProgram : IAsyncDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false });

    private readonly RunningProgram _program;

    private NativeProgram(RunningProgram program) => _program = program;

    /// <summary>What it said when it began: <c>own</c>, <c>url</c>, and for a device code <c>code</c> and <c>complete</c>.</summary>
    public JsonElement Begun { get; private set; }

    /// <param name="flow"><c>device</c> or <c>loopback</c>.</param>
    public static async Task<NativeProgram> StartAsync(string flow, Uri issuer, string client, CancellationToken cancellationToken)
    {
        var node = RequiredProgram.Find("node", "nodejs");
        var folder = await NodePackages.InstallAsync("Tests/EndToEnd/Directory/NativeClient", "native-client", cancellationToken);
        var program = new NativeProgram(RunningProgram.Start(node, ["client.mjs", flow, issuer.ToString().TrimEnd('/'), client], folder, new Dictionary<string, string?>
        {
            // The tests' certificate is its own.
            ["NODE_TLS_REJECT_UNAUTHORIZED"] = "0",
            ["NODE_NO_WARNINGS"] = "1",
        }));
        try
        {
            program.Begun = await program.ReadAsync(0, cancellationToken);
            return program;
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    public Uri Url(string name = "url") => new(Begun.GetProperty(name).GetString()!);

    /// <summary>How it ended: <c>access</c> and <c>name</c>, or <c>error</c>.</summary>
    public Task<JsonElement> EndAsync(CancellationToken cancellationToken) => ReadAsync(1, cancellationToken);

    /// <summary>Has it use its refresh token.</summary>
    public async Task<JsonElement> RefreshAsync(CancellationToken cancellationToken)
        => JsonSerializer.Deserialize<JsonElement>(await Http.GetStringAsync(new Uri(Url("own"), "refresh"), cancellationToken));

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private async Task<JsonElement> ReadAsync(int line, CancellationToken cancellationToken)
        => JsonSerializer.Deserialize<JsonElement>(await _program.WaitForLineAsync("{", cancellationToken, line));
}
