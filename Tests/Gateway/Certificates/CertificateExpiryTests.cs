using AppProxy.Gateway.Certificates;
using AppProxy.Gateway.Diagnostics;
using AppProxy.Tests.Diagnostics;
using AppProxy.Tests.EndToEnd;
using AppProxy.Tests.EndToEnd.Tls;
using FluentAssertions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Certificates;

[TestFixture]
internal sealed class CertificateExpiryTests
{
    [Test]
    public async Task Of_an_end_is_told_with_30_and_14_days_left_and_daily_from_7_on()
    {
        using var authority = new TestAuthority("Public");
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var certificates = new HostCertificates([new Given(new HostCertificate("here", authority.Issue("app.example.com", endsInDays: 40), null))], [], time, NullLogger<HostCertificates>.Instance);
        await certificates.LoadAsync(CancellationToken.None);
        using var recorder = new InstrumentRecorder(GatewayMeter.MeterName);
        var log = new LogRecorder();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log.CreateProvider()));
        using var expiry = new CertificateExpiry(certificates, new GatewayMeter(recorder.Meters), time, loggers.CreateLogger<CertificateExpiry>());

        var told = new List<int>();
        for (var hour = 0; hour < 43 * 24; hour++)
        {
            expiry.Look();
            told.AddRange(Enumerable.Repeat(hour / 24, log.Entries.Count() - told.Count));
            time.Advance(TimeSpan.FromHours(1));
        }

        told.Should().Equal(10, 26, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42);
        log.Entries.First().Text.Should().Contain("here: the certificate for app.example.com ends in 29 days, at ");
        log.Entries.Last().Text.Should().Contain("ended at ");
    }

    private sealed class Given(HostCertificate certificate) : ICertificateSource
    {
        public string Name => "here";

        public Task<IReadOnlyList<CertificateReading>?> ReadAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<CertificateReading>?>([new(Name, certificate)]);
    }
}
