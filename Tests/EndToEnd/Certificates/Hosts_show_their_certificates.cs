using System.Net;
using System.Net.Quic;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Processes;
using AppProxy.Tests.EndToEnd.Tls;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Certificates;

/// <summary>Which certificate a client is shown, by the name that it asks for.</summary>
public sealed class Hosts_show_their_certificates : EndToEndTest, IDisposable
{
    private const int CertificateTaken = 4701;
    private const int CertificateUnusable = 4702;
    private readonly TestAuthority _authority = new("Public");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("appproxy-certificates");

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    [Test, CancelAfter(Guard)]
    public async Task An_exact_name_comes_before_a_wildcard_and_both_before_the_default(CancellationToken cancellation)
    {
        using var exact = _authority.Issue("app.localhost");
        using var wildcard = _authority.Issue("*.localhost");
        TlsGateway.Lay(_folder.FullName, "exact", exact);
        TlsGateway.Lay(_folder.FullName, "wildcard", wildcard);
        var proxy = await StartAsync(cancellation);

        (await ShownAsync(proxy, "app.localhost", cancellation)).Should().Be(exact.Thumbprint);
        (await ShownAsync(proxy, "APP.localhost", cancellation)).Should().Be(exact.Thumbprint);
        (await ShownAsync(proxy, "other.localhost", cancellation)).Should().Be(wildcard.Thumbprint);
        foreach (var unknown in (string[])["a.b.localhost", "localhost", "nobody.example", "127.0.0.1"])
        {
            (await ShownAsync(proxy, unknown, cancellation)).Should().Be(TestCertificate.Instance.Thumbprint, unknown + " is for the default one, also without a name in the handshake");
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task The_certificate_is_read_as_tools_lay_it([Values("pem", "pem and key", "mkcert", "certbot", "kubernetes", "encrypted", "pfx", "pfx with password")] string kind, CancellationToken cancellation)
    {
        using var certificate = _authority.Issue("app.localhost");
        var (pem, key) = (certificate.ExportCertificatePem(), TestAuthority.KeyOf(certificate));
        switch (kind)
        {
            case "pem":
                Write("site.pem", key + "\n" + pem);
                break;
            case "mkcert":
                Write("site.pem", pem);
                Write("site-key.pem", key);
                break;
            case "certbot":
                Write("app/cert.pem", pem);
                Write("app/chain.pem", _authority.Pem);
                Write("app/fullchain.pem", pem + "\n" + _authority.Pem);
                Write("app/privkey.pem", key);
                break;
            case "kubernetes":
                Write("..1/tls.crt", pem);
                Write("..1/tls.key", key);
                Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "..data"), "..1");
                File.CreateSymbolicLink(Path.Combine(_folder.FullName, "tls.crt"), "..data/tls.crt");
                File.CreateSymbolicLink(Path.Combine(_folder.FullName, "tls.key"), "..data/tls.key");
                break;
            case "encrypted":
                Write("site.crt", pem);
                Write("site.key", TestAuthority.KeyOf(certificate, "open"));
                Write("site.password", "open\n");
                break;
            case "pfx":
                Write("site.pfx", certificate.Export(X509ContentType.Pkcs12));
                break;
            case "pfx with password":
                Write("site.p12", certificate.Export(X509ContentType.Pkcs12, "open"));
                Write("site.password", "open");
                break;
            default:
                TlsGateway.Lay(_folder.FullName, "site", certificate);
                break;
        }

        var proxy = await StartAsync(cancellation);

        (await ShownAsync(proxy, "app.localhost", cancellation)).Should().Be(certificate.Thumbprint);
        Log.Entries.Should().NotContain(entry => entry.EventId == CertificateUnusable && !entry.Text.Contains("chmod 600", StringComparison.Ordinal));
    }

    [Test, CancelAfter(Guard)]
    public async Task A_replaced_file_is_shown_and_open_connections_go_on(CancellationToken cancellation)
    {
        using var first = _authority.Issue("app.localhost", endsInDays: 50);
        using var second = _authority.Issue("app.localhost", endsInDays: 60);
        TlsGateway.Lay(_folder.FullName, "site", first);
        var proxy = await StartAsync(cancellation);
        await using var open = await TlsGateway.ConnectAsync(proxy.GatewayUrl.Port, "app.localhost", cancellation);
        (await AskAsync(open, proxy, cancellation)).Should().Contain("served");

        TlsGateway.Lay(_folder.FullName, "site", second);
        await Log.WaitForAsync(entry => entry.EventId == CertificateTaken && entry.Text.Contains($"{second.NotAfter.ToUniversalTime():u}", StringComparison.Ordinal), cancellation);

        (await ShownAsync(proxy, "app.localhost", cancellation)).Should().Be(second.Thumbprint);
        (await AskAsync(open, proxy, cancellation)).Should().Contain("served");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_bad_file_is_named_and_the_others_go_on(CancellationToken cancellation)
    {
        using var good = _authority.Issue("good.localhost");
        using var app = _authority.Issue("app.localhost");
        using var other = _authority.Issue("other.localhost");
        TlsGateway.Lay(_folder.FullName, "good", good);
        TlsGateway.Lay(_folder.FullName, "app", app);
        Write("nonsense.pfx", "nonsense"u8.ToArray());
        Write("keyless.pem", other.ExportCertificatePem());
        var proxy = await StartAsync(cancellation);

        Problems().Should().HaveCount(2)
            .And.ContainSingle(text => text.Contains(Path.Combine(_folder.FullName, "nonsense.pfx") + " is no PEM, and as PFX cannot be opened", StringComparison.Ordinal))
            .And.ContainSingle(text => text.Contains(Path.Combine(_folder.FullName, "keyless.pem") + " comes without its private key: lay it beside as keyless.key", StringComparison.Ordinal));

        Write("app.key", TestAuthority.KeyOf(other));
        await Log.WaitForAsync(entry => entry.EventId == CertificateUnusable && entry.Text.Contains("app.pem has a private key that does not fit", StringComparison.Ordinal), cancellation);

        Problems().Should().ContainSingle(text => text.EndsWith("The certificate that was there before stays", StringComparison.Ordinal));
        (await ShownAsync(proxy, "app.localhost", cancellation)).Should().Be(app.Thumbprint);
        (await ShownAsync(proxy, "good.localhost", cancellation)).Should().Be(good.Thumbprint);
    }

    [Test, CancelAfter(Guard)]
    public async Task One_that_ended_is_shown_only_where_there_is_no_other_and_told_of(CancellationToken cancellation)
    {
        using var ended = _authority.Issue("app.localhost", endsInDays: -1);
        using var good = _authority.Issue("app.localhost", endsInDays: 40);
        using var alone = _authority.Issue("alone.localhost", endsInDays: -2);
        TlsGateway.Lay(_folder.FullName, "ended", ended);
        TlsGateway.Lay(_folder.FullName, "good", good);
        TlsGateway.Lay(_folder.FullName, "alone", alone);
        var proxy = await StartAsync(cancellation);

        (await ShownAsync(proxy, "app.localhost", cancellation)).Should().Be(good.Thumbprint);
        (await ShownAsync(proxy, "alone.localhost", cancellation)).Should().Be(alone.Thumbprint);
        var told = await Log.WaitForAsync(entry => entry.EventId == 4704, cancellation);
        told.Text.Should().Contain("alone.pem: the certificate for alone.localhost ended at");
        Log.Entries.Should().NotContain(entry => entry.EventId == 4704 && entry.Text.Contains("app.localhost", StringComparison.Ordinal));
    }

    [Test, CancelAfter(Guard)]
    public async Task Http2_is_offered_and_an_operator_may_leave_it_out([Values] bool isOffered, CancellationToken cancellation)
    {
        using var certificate = _authority.Issue("app.localhost");
        TlsGateway.Lay(_folder.FullName, "site", certificate);
        var proxy = await StartAsync(cancellation, isOffered ? TestProtocol.Https2 : TestProtocol.Https1);

        await using var tls = await TlsGateway.ConnectAsync(proxy.GatewayUrl.Port, "app.localhost", cancellation, SslApplicationProtocol.Http2, SslApplicationProtocol.Http11);

        tls.NegotiatedApplicationProtocol.Should().Be(isOffered ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11);
        using var client = proxy.CreateClient("app");
        client.BaseAddress = new Uri($"https://unknown.localhost:{proxy.GatewayUrl.Port}/");
        (await client.GetAsync("/", cancellation)).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Test, CancelAfter(Guard)]
    public async Task Sessions_are_resumed([Values("-tls1_2", "-tls1_3")] string version, CancellationToken cancellation)
    {
        var openssl = RequiredProgram.Find("openssl", "openssl");
        using var certificate = _authority.Issue("app.localhost");
        TlsGateway.Lay(_folder.FullName, "site", certificate);
        var proxy = await StartAsync(cancellation);
        var session = Path.Combine(_folder.FullName, "session");

        // It reads the answer to its end: with TLS 1.3 what is needed to resume comes after the handshake.
        var ask = $"printf 'GET / HTTP/1.1\\r\\nHost: app.localhost:{proxy.GatewayUrl.Port}\\r\\nConnection: close\\r\\n\\r\\n' | {openssl} s_client -connect 127.0.0.1:{proxy.GatewayUrl.Port} -servername app.localhost -ign_eof {version}";
        await using var first = await RunningProgram.RunAsync("/bin/sh", ["-c", $"{ask} -sess_out {session}"], cancellation);
        await using var second = await RunningProgram.RunAsync("/bin/sh", ["-c", $"{ask} -sess_in {session}"], cancellation);

        first.Output.Should().Contain("New, TLS").And.Contain("served");
        second.Output.Should().Contain("Reused, TLS").And.Contain("served");
    }

    [Test, CancelAfter(Guard)]
    public async Task Http3_is_served_where_the_platform_has_it_and_said_to_be_missing_where_not(CancellationToken cancellation)
    {
        using var certificate = _authority.Issue("app.localhost");
        TlsGateway.Lay(_folder.FullName, "site", certificate);
        var proxy = await StartAsync(cancellation, TestProtocol.Https2, options => options.GatewaySettings["Kestrel:Endpoints:Https:Protocols"] = "Http1AndHttp2AndHttp3");
        using var client = proxy.CreateClient("app");
        using var handler = LoopbackClient.CreateHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, shown, _, _) => shown is not null;
        using var over2 = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var answer = await over2.GetAsync(proxy.UrlOf("app"), cancellation);

        answer.Version.Should().Be(HttpVersion.Version20);
        answer.Headers.Contains("Alt-Svc").Should().Be(QuicListener.IsSupported);
        Log.Entries.Any(entry => entry.EventId == 3401 && entry.Text.Contains("libmsquic", StringComparison.Ordinal)).Should().Be(!QuicListener.IsSupported);
        if (QuicListener.IsSupported)
        {
            using var over3 = new HttpClient(new SocketsHttpHandler { SslOptions = { TargetHost = "app.localhost", RemoteCertificateValidationCallback = static (_, shown, _, _) => shown is not null } })
            {
                DefaultRequestVersion = HttpVersion.Version30,
                DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using var request = new HttpRequestMessage(HttpMethod.Get, proxy.GatewayUrl) { Headers = { Host = $"app.localhost:{proxy.GatewayUrl.Port}" } };
            using var third = await over3.SendAsync(request, cancellation);
            (third.Version, await third.Content.ReadAsStringAsync(cancellation)).Should().Be((HttpVersion.Version30, "served"));
        }
    }

    private static Task<string?> ShownAsync(TestEnvironment proxy, string host, CancellationToken cancellation) => TlsGateway.ShownAsync(proxy.GatewayUrl.Port, host, cancellation);

    private static async Task<string> AskAsync(SslStream connection, TestEnvironment proxy, CancellationToken cancellation)
    {
        await WriteAsync(connection, $"GET / HTTP/1.1\r\nHost: app.localhost:{proxy.GatewayUrl.Port}\r\n\r\n", cancellation);
        return await ReadUntilAsync(connection, "served", cancellation);
    }

    private Task<TestEnvironment> StartAsync(CancellationToken cancellation, TestProtocol front = TestProtocol.Https1, Action<TestEnvironmentOptions>? more = null) => StartAsync(
        options =>
        {
            options.Front = front;
            options.Port = LoopbackPort.Take();
            options.Publish("app", static context => context.Response.WriteAsync("served"));
            options.GatewaySettings["Gateway:Certificates:Folder"] = _folder.FullName;
            options.GatewaySettings["Kestrel:Endpoints:Https:Url"] = $"https://127.0.0.1:{options.Port}";
            more?.Invoke(options);
        },
        cancellation);

    private List<string> Problems() => [.. Log.Entries.Where(static entry => entry.EventId == CertificateUnusable).Select(static entry => entry.Text).Where(static text => !text.Contains("chmod 600", StringComparison.Ordinal))];

    private void Write(string file, string text) => Write(file, System.Text.Encoding.ASCII.GetBytes(text));

    private void Write(string file, byte[] octets)
    {
        var path = Path.Combine(_folder.FullName, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, octets);
    }
}
