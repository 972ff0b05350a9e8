using System.Security.Cryptography.X509Certificates;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;
using AppProxy.Tests.EndToEnd.Tls;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Certificates;

/// <summary>Certificates as operators keep them in the store: commands, programs, a gateway that runs meanwhile.</summary>
[TestFixture]
[CancelAfter(90_000)]
internal sealed class Operators_keep_certificates_in_the_store
{
    /// <summary>Longest until a change in the store is shown.</summary>
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(5);

    [Test]
    public async Task What_is_added_is_shown_and_what_is_removed_is_not(CancellationToken cancellation)
    {
        using var authority = new TestAuthority("Public");
        using var folder = new WorkingFolder();
        using var first = authority.Issue("app.example.com");
        using var second = authority.Issue("app.example.com");
        using var own = authority.Issue("gateway.example.com");
        File.WriteAllBytes(Path.Combine(folder.Path, "first.pfx"), first.Export(X509ContentType.Pkcs12, "open"));
        folder.Write("password", "open\n");
        TlsGateway.Lay(folder.Path, "second", second);
        var certificates = Directory.CreateDirectory(Path.Combine(folder.Path, "certificates")).FullName;
        TlsGateway.Lay(certificates, "own", own);
        folder.Write("apps.json", "{}");
        folder.Write("appsettings.json", $$$"""{ "Gateway": { "Apps": "apps.json", "Store": "store.db", "OwnHosts": [ "gateway.example.com" ], "Certificates": { "Folder": "{{{certificates}}}" } } }""");
        var (port, broker) = (LoopbackPort.Take(), LoopbackPort.Take());
        await using var gateway = RunningProgram.Start(
            ProductExecutables.Gateway, [$"--urls=https://127.0.0.1:{port}", $"--Gateway:Broker:Listen=amqps://127.0.0.1:{broker}"], folder.Path);
        await gateway.WaitForLineAsync("Application started", cancellation);
        await gateway.WaitForLineAsync($"Now listening on: https://127.0.0.1:{port}", cancellation);

        (await TlsGateway.ShownAsync(port, "app.example.com", cancellation)).Should().Be(own.Thumbprint, "the gateway's own is for names that nobody has");
        (await TlsGateway.ShownAsync(broker, "gateway.example.com", cancellation)).Should().Be(own.Thumbprint);
        (await CommandAsync(["certificates", "add", "-f", "first.pfx", "--password-file", "password"], folder, 0, cancellation)).Should().StartWith("Added 'app.example.com' for app.example.com, good until ");
        await ShownWithinAsync(port, first.Thumbprint, cancellation);
        (await CommandAsync(["certificates", "add", "-f", "second.pem", "--key", "second.key"], folder, 0, cancellation)).Should().StartWith("Replaced 'app.example.com'");
        await ShownWithinAsync(port, second.Thumbprint, cancellation);
        (await CommandAsync(["certificates", "list"], folder, 0, cancellation)).Should().MatchRegex("(?s)^99 days .*app.example.com  \\('app.example.com' of the store, by CN=Public\\).*gateway.example.com");
        await CommandAsync(["certificates", "remove", "app.example.com"], folder, 0, cancellation);
        await ShownWithinAsync(port, own.Thumbprint, cancellation);
        gateway.Output.Should().NotContain("PRIVATE KEY");

        using var ended = authority.Issue("late.example.com", endsInDays: -1);
        TlsGateway.Lay(certificates, "late", ended);
        File.WriteAllText(Path.Combine(certificates, "broken.pem"), "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n");
        (await CommandAsync(["certificates", "list"], folder, 1, cancellation)).Should().Contain("ENDED ").And.Contain("PROBLEM   ").And.Contain("broken.pem");
    }

    [TestCase(new[] { "-f", "none.pem" }, "cannot be read")]
    [TestCase(new[] { "-f", "site.pem" }, "comes without its private key")]
    [TestCase(new[] { "-f", "site.pem", "--key", "other.key" }, "does not fit")]
    [TestCase(new[] { "-f", "site.pem", "--key", "site.key", "--name", " " }, "--name must have")]
    [TestCase(new[] { "-f", "ended.pem", "--key", "ended.key" }, "Have it renewed")]
    [TestCase(new[] { "-f", "site.key" }, "holds no certificate")]
    public async Task What_cannot_be_added_is_one_line(string[] arguments, string because, CancellationToken cancellation)
    {
        using var authority = new TestAuthority("Public");
        using var folder = new WorkingFolder();
        foreach (var (name, days) in (ReadOnlySpan<(string, int)>)[("site", 100), ("other", 100), ("ended", -1)])
        {
            using var certificate = authority.Issue(name + ".example.com", endsInDays: days);
            TlsGateway.Lay(folder.Path, name, certificate);
        }

        folder.Write("apps.json", "{}");
        await CommandAsync(["apply", "-f", "apps.json", "--store", "store.db"], folder, 0, cancellation);

        var errors = await CommandAsync(["certificates", "add", .. arguments, "--store", "store.db"], folder, 2, cancellation);

        errors.Trim().Should().Contain(because).And.NotContain("\n");
    }

    private static async Task ShownWithinAsync(int port, string thumbprint, CancellationToken cancellation)
    {
        var from = TimeProvider.System.GetTimestamp();
        while (await TlsGateway.ShownAsync(port, "app.example.com", cancellation) != thumbprint)
        {
            TimeProvider.System.GetElapsedTime(from).Should().BeLessThan(Promise);
        }
    }

    private static async Task<string> CommandAsync(string[] arguments, WorkingFolder folder, int code, CancellationToken cancellation)
    {
        await using var command = await RunningProgram.RunAsync(ProductExecutables.Gateway, arguments, cancellation, folder.Path);
        (await command.Exited).Should().Be(code, command.Output + command.Errors);
        return code == 2 ? command.Errors : command.Output;
    }
}
