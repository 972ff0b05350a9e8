using System.Net;
using System.Security.Cryptography.X509Certificates;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Tls;

/// <summary>The connector's settings for TLS with an app, over both versions of HTTP and where the app chooses.</summary>
public sealed class Apps_are_who_they_should_be : EndToEndTest, IDisposable
{
    private const string Host = "planner.corp.example";
    private readonly TestAuthority _authority = new("Corp");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("appproxy-tls");

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_private_authority_is_trusted_and_the_name_is_asked_for([Values("1.1", "2", "")] string version, [Values] bool translateHost, CancellationToken cancellation)
    {
        using var certificate = _authority.Issue(Host);
        var (proxy, _) = await StartAsync(certificate, version, cancellation: cancellation, translateHost: translateHost, more: ("ServerName", Host), settings: ("TrustedCertificateAuthorities", Write(_authority.Pem)));

        (await AskAsync(proxy, cancellation)).Should().Be($"{Protocol(version)} {Host} ");
    }

    [Test, CancelAfter(Guard)]
    public async Task Without_a_name_of_its_own_it_is_the_internal_urls([Values("1.1", "2", "")] string version, CancellationToken cancellation)
    {
        using var certificate = _authority.Issue("127.0.0.1");
        var (proxy, _) = await StartAsync(certificate, version, cancellation: cancellation, settings: ("TrustedCertificateAuthorities", Write(_authority.Pem)));

        (await AskAsync(proxy, cancellation)).Should().Be($"{Protocol(version)}  ", "an address is not sent as a name");
    }

    [Test, CancelAfter(Guard)]
    public async Task An_intermediate_certificate_in_the_file_makes_the_chain(CancellationToken cancellation)
    {
        using var below = new TestAuthority("Corp department", above: _authority);
        using var certificate = below.Issue("127.0.0.1", endsInDays: 50);
        var (proxy, _) = await StartAsync(certificate, "", cancellation: cancellation, settings: ("TrustedCertificateAuthorities", Write(below.Pem)));

        (await AskAsync(proxy, cancellation)).Should().StartWith("HTTP/2");
    }

    [Test, CancelAfter(Guard)]
    public async Task Another_authority_is_not_trusted([Values("1.1", "2", "")] string version, CancellationToken cancellation)
    {
        using var other = new TestAuthority("Somebody");
        using var certificate = other.Issue("127.0.0.1");
        var (proxy, app) = await StartAsync(certificate, version, cancellation: cancellation, settings: ("TrustedCertificateAuthorities", Write(_authority.Pem)));

        await FailAsync(proxy, app, "chain: no authority that is trusted for this app stands behind it", cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task Another_name_is_not_accepted([Values("1.1", "2", "")] string version, CancellationToken cancellation)
    {
        using var certificate = _authority.Issue("other.corp.example");
        var (proxy, app) = await StartAsync(certificate, version, cancellation: cancellation, more: ("ServerName", Host), settings: ("TrustedCertificateAuthorities", Write(_authority.Pem)));

        await FailAsync(proxy, app, $"name: it is not for '{Host}'", cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task An_expired_certificate_is_not_accepted([Values("1.1", "2")] string version, CancellationToken cancellation)
    {
        using var certificate = _authority.Issue("127.0.0.1", endsInDays: -1);
        var (proxy, app) = await StartAsync(certificate, version, cancellation: cancellation, settings: ("TrustedCertificateAuthorities", Write(_authority.Pem)));

        await FailAsync(proxy, app, $"expired: it is valid from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u}", cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_pinned_key_is_accepted_whoever_signed_it([Values("1.1", "2", "")] string version, CancellationToken cancellation)
    {
        using var certificate = _authority.Issue("anything", endsInDays: -1);
        using var next = _authority.Issue("anything");
        var (proxy, _) = await StartAsync(
            certificate, version, cancellation: cancellation, isChecked: false, more: ("PinnedPublicKeys:1", TestAuthority.PinOf(certificate)), settings: ("PinnedPublicKeys:0", TestAuthority.PinOf(next)));

        (await AskAsync(proxy, cancellation)).Should().StartWith(Protocol(version));
    }

    [Test, CancelAfter(Guard)]
    public async Task Another_key_than_the_pinned_one_is_not_accepted([Values("1.1", "2", "")] string version, [Values] bool isChecked, CancellationToken cancellation)
    {
        using var certificate = _authority.Issue("127.0.0.1");
        using var pinned = _authority.Issue("127.0.0.1");
        (string, string)? authority = isChecked ? ("TrustedCertificateAuthorities", Write(_authority.Pem)) : null;
        var (proxy, app) = await StartAsync(certificate, version, cancellation: cancellation, isChecked: isChecked, more: authority, settings: ("PinnedPublicKeys:0", TestAuthority.PinOf(pinned)));

        await FailAsync(proxy, app, $"pin: its public key is {TestAuthority.PinOf(certificate)}, which is not pinned", cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_pinned_key_does_not_make_up_for_a_wrong_name([Values("1.1", "2")] string version, CancellationToken cancellation)
    {
        using var certificate = _authority.Issue(Host);
        var (proxy, app) = await StartAsync(
            certificate, version, cancellation: cancellation, more: ("TrustedCertificateAuthorities", Write(_authority.Pem)), settings: ("PinnedPublicKeys:0", TestAuthority.PinOf(certificate)));

        await FailAsync(proxy, app, "name: it is not for '127.0.0.1'", cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task The_connector_shows_its_own_certificate([Values("1.1", "2", "")] string version, [Values] bool isPfx, CancellationToken cancellation)
    {
        using var certificate = _authority.Issue("127.0.0.1");
        using var own = _authority.Issue("connector");
        var (file, other) = isPfx
            ? (Write(own.Export(X509ContentType.Pkcs12, "open")), ("ClientCertificatePassword", "open"))
            : (Write(own.ExportCertificatePem()), ("ClientCertificateKey", Write(TestAuthority.KeyOf(own))));
        var (proxy, _) = await StartAsync(certificate, version, cancellation: cancellation, isChecked: false, mode: ClientCertificateMode.RequireCertificate, more: other, settings: ("ClientCertificate", file));

        (await AskAsync(proxy, cancellation)).Should().Be($"{Protocol(version)}  CN=connector");
    }

    [Test, CancelAfter(Guard)]
    public async Task Without_one_the_connector_shows_none([Values("1.1", "2")] string version, CancellationToken cancellation)
    {
        using var certificate = _authority.Issue("127.0.0.1");
        var (proxy, _) = await StartAsync(certificate, version, cancellation: cancellation, mode: ClientCertificateMode.AllowCertificate, settings: ("TrustedCertificateAuthorities", Write(_authority.Pem)));

        (await AskAsync(proxy, cancellation)).Should().Be($"{Protocol(version)}  ");
    }

    [Test, CancelAfter(Guard)]
    public async Task An_app_that_requires_a_certificate_hears_of_no_request_without([Values("1.1", "2", "")] string version, CancellationToken cancellation)
    {
        using var certificate = _authority.Issue("127.0.0.1");
        var (proxy, app) = await StartAsync(
            certificate, version, cancellation: cancellation, mode: ClientCertificateMode.RequireCertificate, settings: ("TrustedCertificateAuthorities", Write(_authority.Pem)));
        using var client = proxy.CreateClient("app");

        using var answer = await client.GetAsync("/", cancellation);

        // The handshake of TLS 1.3 is over for the connector before the app has looked: which of the app's failures it is depends on where the end is noticed.
        answer.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        answer.Headers.GetValues("AppProxy-Error").Single().Should().StartWith("app-");
        app.Count.Should().Be(0);
    }

    [Test, CancelAfter(Guard)]
    public async Task Why_there_is_no_handshake_is_logged([Values("1.1", "2", "")] string version, CancellationToken cancellation)
    {
        await using var app = new RawApp(static (connection, stop) => connection.WriteAsync("this is no TLS at all\r\n"u8.ToArray(), stop).AsTask());
        var proxy = await StartAsync(
            o =>
            {
                o.Publish("app", new UriBuilder(app.Url) { Scheme = "https" }.Uri);
                o.ConnectorSettings["Connector:Apps:app:HttpVersion"] = version;
            },
            cancellation);

        await RefuseAsync(proxy, cancellation);
        Log.Entries.Should().Contain(entry => entry.EventId == 2304 && entry.Text.StartsWith("TLS with the app 'app' failed: ", StringComparison.Ordinal));
    }

    private static string Protocol(string version) => version == "1.1" ? "HTTP/1.1" : "HTTP/2";

    private async Task<(TestEnvironment Proxy, TlsApp App)> StartAsync(
        X509Certificate2 certificate,
        string version,
        (string Name, string Value) settings,
        (string Name, string Value)? more = null,
        bool isChecked = true,
        bool translateHost = true,
        ClientCertificateMode mode = ClientCertificateMode.NoCertificate,
        CancellationToken cancellation = default)
    {
        var app = Use(await TlsApp.StartAsync(certificate, cancellation, mode));
        var proxy = await StartAsync(
            o =>
            {
                o.Publishing["isTranslateHostHeaderEnabled"] = translateHost;
                o.Publish("app", app.Url);
                o.ConnectorSettings["Connector:Apps:app:HttpVersion"] = version;
                o.ConnectorSettings["Connector:Apps:app:IsBackendCertificateValidationEnabled"] = isChecked ? "true" : "false";
                o.ConnectorSettings["Connector:Apps:app:" + settings.Name] = settings.Value;
                if (more is { } given)
                {
                    o.ConnectorSettings["Connector:Apps:app:" + given.Name] = given.Value;
                }
            },
            cancellation);
        return (proxy, app);
    }

    private static async Task<string> AskAsync(TestEnvironment proxy, CancellationToken cancellation)
    {
        using var client = proxy.CreateClient("app");
        return await client.GetStringAsync("/", cancellation);
    }

    private static async Task RefuseAsync(TestEnvironment proxy, CancellationToken cancellation)
    {
        using var client = proxy.CreateClient("app");
        using var answer = await client.GetAsync("/", cancellation);
        answer.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        answer.Headers.GetValues("AppProxy-Error").Should().Equal("app-tls-failed");
    }

    private async Task FailAsync(TestEnvironment proxy, TlsApp app, string reasons, CancellationToken cancellation)
    {
        await RefuseAsync(proxy, cancellation);
        app.Count.Should().Be(0, "nothing is said to an app that is another");
        Log.Entries.Where(entry => entry.EventId == 2303).Select(static entry => entry.Text).Distinct()
            .Should().Equal($"The certificate of the app 'app' is not accepted: {reasons}");
    }

    private string Write(string text) => Write(System.Text.Encoding.ASCII.GetBytes(text));

    private string Write(byte[] octets)
    {
        var path = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, octets);
        return path;
    }
}
