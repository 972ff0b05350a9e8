using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AppProxy.Gateway.Certificates;
using AppProxy.Tests.EndToEnd.Tls;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Certificates;

[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CertificateFolderTests : IDisposable
{
    private const string AlternativeNames = "2.5.29.17";
    private const string ExtendedKeyUsage = "2.5.29.37";

    private readonly TestAuthority _authority = new("Public");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("appproxy-certificates");

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    [TestCase(AlternativeNames)]
    [TestCase(ExtendedKeyUsage)]
    public async Task One_that_says_of_itself_what_cannot_be_read_is_told_and_the_others_are_shown(string extension)
    {
        Lay("good", _authority.Issue("good.example.com"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=bad.example.com", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension(extension, [0x30, 0x7f, 0x01], critical: false));
        Lay("bad", request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100)));

        var readings = (await new CertificateFolder(_folder.FullName).ReadAsync(CancellationToken.None))!;

        readings.Should().ContainSingle(static reading => reading.Source.EndsWith("bad.pem")).Which.Problem.Should().Contain("cannot be read").And.Contain("issued anew");
        readings.Should().ContainSingle(static reading => reading.Source.EndsWith("good.pem")).Which.Certificate.Should().NotBeNull();
    }

    [Test]
    public async Task A_link_to_itself_hurts_no_other_file()
    {
        Lay("good", _authority.Issue("good.example.com"));
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "loop.pem"), "loop.pem");

        var readings = (await new CertificateFolder(_folder.FullName).ReadAsync(CancellationToken.None))!;

        readings.Should().ContainSingle(static reading => reading.Source.EndsWith("loop.pem")).Which.Problem.Should().Contain("cannot be read");
        readings.Should().ContainSingle(static reading => reading.Certificate != null);
    }

    [Test]
    public async Task A_folder_below_that_cannot_be_read_is_told_and_what_was_there_stays()
    {
        Lay("a/site", _authority.Issue("a.example.com"));
        Lay("b/site", _authority.Issue("b.example.com"));
        var closed = false;
        var folder = new CertificateFolder(_folder.FullName, path => closed && Path.GetFileName(path) == "a" ? throw new UnauthorizedAccessException("closed") : Directory.EnumerateFiles(path));
        using var certificates = new HostCertificates([folder], [], new FakeTimeProvider(TimeProvider.System.GetUtcNow()), NullLogger<HostCertificates>.Instance);
        await certificates.LoadAsync(CancellationToken.None);

        closed = true;
        Lay("b/other", _authority.Issue("other.example.com"));
        await certificates.LoadAsync(CancellationToken.None);
        await certificates.LoadAsync(CancellationToken.None);

        certificates.Current.Find("other.example.com").Should().NotBeNull("the other folder is looked at");
        certificates.Current.Find("a.example.com").Should().NotBeNull();
        var again = (await new CertificateFolder(_folder.FullName, path => Path.GetFileName(path) == "a" ? throw new UnauthorizedAccessException("closed") : Directory.EnumerateFiles(path)).ReadAsync(CancellationToken.None))!;
        again.Should().ContainSingle(static reading => reading.Certificate == null).Which.Problem.Should().Be("is a folder that cannot be read: closed");
    }

    private void Lay(string name, X509Certificate2 certificate)
    {
        using (certificate)
        {
            var path = Path.Combine(_folder.FullName, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path + ".pem", certificate.ExportCertificatePem());
            File.WriteAllText(path + ".key", TestAuthority.KeyOf(certificate));
        }
    }
}
