using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;
using AppProxy.Tests.EndToEnd.Tls;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Certificates;

/// <summary>An ACME client that nobody here wrote (lego) gets a certificate from a test authority (pebble) for a host of this gateway, which had none.</summary>
public sealed class A_certificate_is_got_by_ACME : EndToEndTest
{
    [Test, CancelAfter(3 * Guard)]
    public async Task And_shown_without_a_restart(CancellationToken cancellation)
    {
        var (pebble, names, lego) = (RequiredProgram.Find("pebble", "pebble"), RequiredProgram.Find("pebble-challtestsrv", "pebble"), RequiredProgram.Find("lego", "lego"));
        using var folder = new WorkingFolder();
        using var authority = new TestAuthority("Pebble's own TLS");
        using var own = authority.Issue("127.0.0.1");
        folder.Write("ca.pem", authority.Pem);
        folder.Write("own.pem", own.ExportCertificatePem());
        folder.Write("own.key", TestAuthority.KeyOf(own));
        var (webRoot, certificates) = (Directory.CreateDirectory(Path.Combine(folder.Path, "web")).FullName, Directory.CreateDirectory(Path.Combine(folder.Path, "lego", "certificates")).FullName);
        var (http, https, acme, dns) = (LoopbackPort.Take(), LoopbackPort.Take(), LoopbackPort.Take(), LoopbackPort.Take());
        folder.Write("pebble.json", JsonSerializer.Serialize(new
        {
            pebble = new { listenAddress = $"127.0.0.1:{acme}", managementListenAddress = $"127.0.0.1:{LoopbackPort.Take()}", certificate = "own.pem", privateKey = "own.key", httpPort = http, tlsPort = https, ocspResponderURL = "" },
        }));
        var proxy = await StartAsync(
            options =>
            {
                options.Port = https;
                options.Front = TestProtocol.Https1;
                options.Publish("app", static context => context.Response.WriteAsync("served"));
                options.GatewaySettings["Kestrel:Endpoints:Http:Url"] = $"http://127.0.0.1:{http}";
                options.GatewaySettings["Kestrel:Endpoints:Https:Url"] = $"https://127.0.0.1:{https}";
                options.GatewaySettings["Gateway:HttpsRedirectPort"] = $"{https}";
                options.GatewaySettings["Gateway:Certificates:Folder"] = certificates;
                options.GatewaySettings["Gateway:Certificates:AcmeChallenges"] = webRoot;
            },
            cancellation);
        (await TlsGateway.ShownAsync(https, "app.localhost", cancellation)).Should().Be(TestCertificate.Instance.Thumbprint);

        await using var resolver = RunningProgram.Start(
            names, ["-defaultIPv4", "127.0.0.1", "-defaultIPv6", "", "-dns01", $"127.0.0.1:{dns}", "-http01", "", "-https01", "", "-tlsalpn01", "", "-management", $"127.0.0.1:{LoopbackPort.Take()}"], folder.Path);
        await resolver.WaitForLineAsync("management server", cancellation);
        await using var ca = RunningProgram.Start(
            pebble, ["-config", "pebble.json", "-dnsserver", $"127.0.0.1:{dns}"], folder.Path, new Dictionary<string, string?> { ["PEBBLE_VA_NOSLEEP"] = "1", ["PEBBLE_WFE_NONCEREJECT"] = "0" });
        await ca.WaitForLineAsync("ACME directory available", cancellation);
        await using var client = await RunningProgram.RunAsync(
            lego,
            ["--path", "lego", "--server", $"https://127.0.0.1:{acme}/dir", "--email", "a@example.com", "--accept-tos", "--domains", "app.localhost", "--http", "--http.webroot", webRoot, "run"],
            cancellation,
            folder.Path,
            new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = Path.Combine(folder.Path, "ca.pem") });
        (await client.Exited).Should().Be(0, client.Output + client.Errors + ca.Output);

        await Log.WaitForAsync(static entry => entry.EventId == 4701, cancellation);
        using var got = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(certificates, "app.localhost.crt"));
        (await TlsGateway.ShownAsync(https, "app.localhost", cancellation)).Should().Be(got.Thumbprint);
        Log.Entries.Should().NotContain(static entry => entry.EventId == 4702);
    }

    [Test, CancelAfter(Guard)]
    public async Task Only_challenges_are_served_from_the_folder(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, ".well-known", "acme-challenge"));
        folder.Write(".well-known/acme-challenge/to-ken_1", "to-ken_1.thumbprint");
        folder.Write(".well-known/secret", "secret");
        folder.Write(".well-known/acme-challenge/large", new string('x', 5000));
        var proxy = await StartAsync(
            options =>
            {
                options.Publish("app", static context => context.Response.WriteAsync("the app's"));
                options.GatewaySettings["Gateway:Certificates:AcmeChallenges"] = folder.Path;
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        (await client.GetStringAsync("/.well-known/acme-challenge/to-ken_1", cancellation)).Should().Be("to-ken_1.thumbprint");
        foreach (var other in (string[])["other", "large", "..%2fsecret", "%2e%2e/secret", "to-ken_1/", "", "to-ken_1%00"])
        {
            using var answer = await client.GetAsync("/.well-known/acme-challenge/" + other, cancellation);
            (answer.StatusCode == HttpStatusCode.BadRequest || await answer.Content.ReadAsStringAsync(cancellation) == "the app's").Should().BeTrue($"'{other}' is no challenge of the folder's");
        }

        using var posted = await client.PostAsync("/.well-known/acme-challenge/to-ken_1", null, cancellation);
        (await posted.Content.ReadAsStringAsync(cancellation)).Should().Be("the app's");
    }
}
