using AppProxy.Gateway.Certificates;
using AppProxy.Tests.EndToEnd.Tls;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Certificates;

[TestFixture]
internal sealed class CertificateSnapshotTests : IDisposable
{
    private readonly TestAuthority _authority = new("Public");
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    public void Dispose() => _authority.Dispose();

    [TestCase("app.example.com", "app.example.com")]
    [TestCase("APP.Example.COM", "app.example.com")]
    [TestCase("other.example.com", "*.example.com")]
    [TestCase("a.b.example.com", null)]
    [TestCase("example.com", null)]
    [TestCase(".example.com", null)]
    [TestCase("*.example.com", "*.example.com")]
    [TestCase("com", null)]
    [TestCase("", null)]
    [TestCase(null, null)]
    public void A_name_is_found_exactly_or_by_a_star_for_one_label(string? name, string? expected)
        => Snapshot(Make("app.example.com"), Make("*.example.com")).Find(name)?.Title.Should().Be(expected);

    [Test]
    public void Of_several_the_valid_one_counts_and_then_the_one_that_lasts_longest()
    {
        var (ended, soon, late, future) = (Make("a.example.com", -1), Make("a.example.com", 10), Make("a.example.com", 20), Make("a.example.com", 90, beginsInDays: 5));

        Snapshot(future, soon, ended, late).Find("a.example.com").Should().BeSameAs(late);
        Snapshot(ended, future).Find("a.example.com").Should().BeSameAs(future);
        Snapshot(ended).Find("a.example.com").Should().BeSameAs(ended);
    }

    [Test]
    public void The_default_is_that_of_the_gateway_s_first_host_that_has_one()
    {
        var certificates = (HostCertificate[])[Make("app.example.com"), Make("*.gateways.example.com")];

        new CertificateSnapshot(certificates, ["none.example.com", "eu.gateways.example.com"], _now).Default.Should().BeSameAs(certificates[1]);
        new CertificateSnapshot(certificates, [], _now).Default.Should().BeNull();
    }

    [Test]
    public void A_look_up_allocates_nothing()
    {
        var snapshot = Snapshot(Make("app.example.com"), Make("*.example.com"));
        snapshot.Find("other.example.com");

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            snapshot.Find("other.example.com");
            snapshot.Find("app.example.com");
            snapshot.Find("nobody.example.org");
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private CertificateSnapshot Snapshot(params HostCertificate[] certificates) => new(certificates, [], _now);

    private HostCertificate Make(string name, int endsInDays = 100, int beginsInDays = -100)
        => new("here", _authority.Issue(name, endsInDays, beginsInDays), null);
}
