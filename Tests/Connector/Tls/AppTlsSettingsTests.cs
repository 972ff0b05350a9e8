using System.Security.Cryptography.X509Certificates;
using AppProxy.Connector.Settings;
using AppProxy.Tests.EndToEnd.Tls;
using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace AppProxy.Tests.Connector.Tls;

[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class AppTlsSettingsTests : IDisposable
{
    private const string Password = "open-sesame";
    private readonly TestAuthority _authority = new("Corp");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("appproxy-tls");

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    [Test]
    public void All_of_them_can_be_right_at_once()
    {
        using var own = _authority.Issue("connector");

        MistakesOf(
            ("TrustedCertificateAuthorities", Write("ca.pem", _authority.Pem)),
            ("PinnedPublicKeys:0", TestAuthority.PinOf(own)),
            ("PinnedPublicKeys:1", TestAuthority.PinOf(_authority.Certificate)),
            ("ServerName", "planner.corp.example"),
            ("ClientCertificate", Write("own.pem", own.ExportCertificatePem())),
            ("ClientCertificateKey", Write("own.key", TestAuthority.KeyOf(own)))).Should().BeEmpty();
    }

    [Test]
    public void A_client_certificate_comes_in_one_file_or_two_with_a_password_or_without([Values] bool isEncrypted, [Values] bool isOneFile)
    {
        using var own = _authority.Issue("connector");
        var key = TestAuthority.KeyOf(own, isEncrypted ? Password : null);

        MistakesOf(
            ("ClientCertificate", Write("own.pem", (isOneFile ? key + "\n" : "") + own.ExportCertificatePem() + "\n" + _authority.Pem)),
            ("ClientCertificateKey", isOneFile ? null : Write("own.key", key)),
            ("ClientCertificatePassword", isEncrypted ? Password : null)).Should().BeEmpty();
    }

    [Test]
    public void A_client_certificate_comes_as_pfx()
    {
        using var own = _authority.Issue("connector");
        var file = Write("own.pfx", own.Export(X509ContentType.Pkcs12, Password));

        MistakesOf(("ClientCertificate", file), ("ClientCertificatePassword", Password)).Should().BeEmpty();
        MistakesOf(("ClientCertificate", file), ("ClientCertificatePassword", "wrong")).Should().ContainSingle()
            .Which.Should().Contain("a:ClientCertificate names").And.Contain("cannot be opened").And.NotContain("wrong");
        MistakesOf(("ClientCertificate", file), ("ClientCertificateKey", file)).Should().ContainSingle().Which.Should().Contain("goes with a PEM file");
        MistakesOf(("ClientCertificate", Write("public.pfx", X509CertificateLoader.LoadCertificate(own.RawData).Export(X509ContentType.Pkcs12))))
            .Should().ContainSingle().Which.Should().Contain("no certificate with a private key");
    }

    [Test]
    public void Authorities_that_cannot_be_used_are_told()
    {
        using var old = new TestAuthority("Old", endsInDays: -1);
        using var below = new TestAuthority("Department", above: _authority);
        Authorities(Path.Combine(_folder.FullName, "none.pem")).Should().Contain("none.pem', which cannot be read");
        Authorities("").Should().Contain("cannot be read");
        Authorities(Write("empty.pem", "nothing")).Should().Contain("no certificate in PEM form");
        Authorities(Write("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")).Should().Contain("a certificate cannot be read");
        Authorities(Write("old.pem", old.Pem)).Should().Contain("all expired");
        Authorities(Write("below.pem", below.Certificate.ExportCertificatePem())).Should().Contain("only intermediate certificates");
        MistakesOf(("TrustedCertificateAuthorities", Write("both.pem", old.Pem + _authority.Pem))).Should().BeEmpty("one of them is good");

        string Authorities(string path) => MistakesOf(("TrustedCertificateAuthorities", path)).Should().ContainSingle(mistake => mistake.StartsWith("Connector:Apps:a:TrustedCertificateAuthorities ")).Subject;
    }

    [Test]
    public void A_client_certificate_that_cannot_be_used_is_told()
    {
        using var own = _authority.Issue("connector");
        using var other = _authority.Issue("other");
        using var expired = _authority.Issue("connector", endsInDays: -1);
        using var early = _authority.Issue("connector", beginsInDays: 1);
        var file = Write("own.pem", own.ExportCertificatePem());

        MistakesOf(("ClientCertificate", file)).Should().ContainSingle().Which.Should().Contain("no private key").And.Contain("ClientCertificateKey");
        MistakesOf(("ClientCertificate", file), ("ClientCertificateKey", Path.Combine(_folder.FullName, "none.key"))).Should().ContainSingle().Which.Should().Contain("a:ClientCertificateKey names").And.Contain("cannot be read");
        MistakesOf(("ClientCertificate", file), ("ClientCertificateKey", Write("other.key", TestAuthority.KeyOf(other)))).Should().ContainSingle().Which.Should().Contain("does not fit");
        MistakesOf(("ClientCertificate", file), ("ClientCertificateKey", Write("locked.key", TestAuthority.KeyOf(own, Password)))).Should().ContainSingle().Which.Should().Contain("a:ClientCertificatePassword is missing");
        MistakesOf(("ClientCertificate", file), ("ClientCertificateKey", Write("locked.key", TestAuthority.KeyOf(own, Password))), ("ClientCertificatePassword", "wrong"))
            .Should().ContainSingle().Which.Should().Contain("with this password").And.NotContain("wrong");
        MistakesOf(("ClientCertificateKey", file)).Should().ContainSingle().Which.Should().Contain("a:ClientCertificate is missing");
        foreach (var untimely in (X509Certificate2[])[expired, early])
        {
            MistakesOf(("ClientCertificate", Write("untimely.pem", untimely.ExportCertificatePem() + "\n" + TestAuthority.KeyOf(untimely)))).Should().ContainSingle().Which.Should().Contain("give one that is valid now");
        }
    }

    [TestCase("abc"), TestCase("r/mIkG3eEpVdm+u/ko/cwxzOMo1bk4TyHIlByibiA5"), TestCase("")]
    public void A_pin_is_a_hash(string pin)
        => MistakesOf(("PinnedPublicKeys:0", pin)).Should().ContainSingle().Which.Should().Contain($"a:PinnedPublicKeys has '{pin}'");

    [Test]
    public void A_pin_outside_a_list_is_not_passed_over()
        => MistakesOf(("PinnedPublicKeys", TestAuthority.PinOf(_authority.Certificate))).Should().ContainSingle().Which.Should().Contain("PinnedPublicKeys");

    [TestCase("https://planner"), TestCase("planner:443"), TestCase("")]
    public void A_server_name_is_a_name(string name)
        => MistakesOf(("ServerName", name)).Should().ContainSingle().Which.Should().Contain($"a:ServerName is '{name}'");

    [Test]
    public void What_has_no_effect_is_a_mistake()
    {
        MistakesOf(("TrustedCertificateAuthorities", Write("ca.pem", _authority.Pem)), ("IsBackendCertificateValidationEnabled", "false"))
            .Should().ContainSingle().Which.Should().Contain("a:TrustedCertificateAuthorities has no effect");
        MistakesOf(
            ("InternalUrl", "http://app/"), ("TrustedCertificateAuthorities", "x"), ("PinnedPublicKeys:0", "x"), ("ServerName", "x"), ("ClientCertificate", "x"),
            ("ClientCertificateKey", "x"), ("ClientCertificatePassword", "x")).Should().HaveCount(6).And.OnlyContain(mistake => mistake.EndsWith("has no effect: Connector:Apps:a:InternalUrl is not https."));
    }

    private static IReadOnlyList<string> MistakesOf(params (string Name, string? Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["Connector:Broker:Url"] = "amqp://gateway",
            ["Connector:Broker:KeyName"] = "k",
            ["Connector:Broker:Key"] = "k",
            ["Connector:Apps:a:InternalUrl"] = "https://app/",
        };
        foreach (var (name, value) in settings)
        {
            if (value is not null)
            {
                all["Connector:Apps:a:" + name] = value;
            }
        }

        try
        {
            ConnectorOptionsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(all).Build());
            return [];
        }
        catch (OptionsValidationException mistakes)
        {
            return [.. mistakes.Failures];
        }
    }

    private string Write(string name, string text) => Write(name, System.Text.Encoding.ASCII.GetBytes(text));

    private string Write(string name, byte[] octets)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, octets);
        return path;
    }
}
