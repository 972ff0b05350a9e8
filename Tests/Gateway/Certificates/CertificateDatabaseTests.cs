using AppProxy.Gateway.Certificates;
using AppProxy.Gateway.Certificates.Storage;
using AppProxy.Gateway.Storage;
using AppProxy.Tests.EndToEnd.Tls;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Certificates;

[TestFixture(StoreKind.Sqlite)]
[TestFixture(StoreKind.PostgreSql)]
internal sealed class CertificateDatabaseTests(StoreKind kind) : StoreTest(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task What_one_gateway_keeps_another_reads_once(CancellationToken cancellation)
    {
        using var authority = new TestAuthority("Public");
        using var below = new TestAuthority("Public below", above: authority);
        await StoreSchema.UpgradeAsync(Connection, cancellation);
        var (writer, reader) = (new CertificateDatabase(Connection, Time), new CertificateDatabase(Connection, Time));
        var (first, second) = (new HostCertificate("here", below.Issue("a.example.com"), [below.Certificate]), new HostCertificate("here", below.Issue("a.example.com"), null));

        (await reader.ReadAsync(cancellation)).Should().BeEmpty();
        (await writer.SaveAsync("a", first, cancellation)).Should().BeFalse();
        var read = (await reader.ReadAsync(cancellation))!.Should().ContainSingle().Which.Certificate!;
        read.IsSameAs(first).Should().BeTrue();
        read.Own.HasPrivateKey.Should().BeTrue();
        (await reader.ReadAsync(cancellation)).Should().BeNull("nothing has changed");

        (await writer.SaveAsync("a", second, cancellation)).Should().BeTrue("in the same millisecond");
        (await reader.ReadAsync(cancellation))!.Single().Certificate!.Own.Thumbprint.Should().Be(second.Own.Thumbprint);

        (await writer.SaveAsync("b", first, cancellation)).Should().BeFalse();
        (await writer.RemoveAsync("b", cancellation)).Should().BeTrue();
        (await writer.SaveAsync("c", first, cancellation)).Should().BeFalse();
        (await reader.ReadAsync(cancellation))!.Select(static reading => reading.Source).Should().Equal("'a' of the store", "'c' of the store");
        (await writer.RemoveAsync("nobody", cancellation)).Should().BeFalse();
    }

    [Test, CancelAfter(Guard)]
    public async Task A_row_that_cannot_be_read_is_named_and_the_others_are_read(CancellationToken cancellation)
    {
        using var authority = new TestAuthority("Public");
        await StoreSchema.UpgradeAsync(Connection, cancellation);
        var database = new CertificateDatabase(Connection, Time);
        await database.SaveAsync("good", new HostCertificate("here", authority.Issue("a.example.com"), null), cancellation);
        await Connection.UseAsync(async context =>
        {
            context.Add(new CertificateRow { Id = "bad", Certificates = "nonsense", PrivateKey = "nonsense", Revision = 1 });
            return await context.SaveChangesAsync(cancellation);
        });

        var readings = (await database.ReadAsync(cancellation))!;

        readings.Single(static reading => reading.Source == "'bad' of the store").Problem.Should().NotBeNullOrEmpty();
        readings.Single(static reading => reading.Source == "'good' of the store").Certificate.Should().NotBeNull();
    }
}
