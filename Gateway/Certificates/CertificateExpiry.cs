using System.Diagnostics.Metrics;
using AppProxy.Gateway.Diagnostics;

namespace AppProxy.Gateway.Certificates;

/// <summary>Warns of certificates that end soon: with 30 days left, with 14, and every day from 7 on. Their days are metered.</summary>
internal sealed partial class CertificateExpiry(HostCertificates certificates, GatewayMeter meter, TimeProvider time, ILogger<CertificateExpiry> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>A series each, however many certificates there are: those that end first.</summary>
    private const int MostMetered = 100;

    private readonly Dictionary<string, int> _stages = new(StringComparer.Ordinal);

    /// <summary>Looks now; what was told on the same day, or in the same stage, is not told again.</summary>
    public void Look()
    {
        certificates.Rank();
        foreach (var certificate in Shown())
        {
            var days = DaysLeft(certificate);
            if (Stage(days) is not { } stage || (_stages.TryGetValue(certificate.Own.Thumbprint, out var told) && told == stage))
            {
                continue;
            }

            _stages[certificate.Own.Thumbprint] = stage;
            if (days < 0)
            {
                LogEnded(certificate.Source, string.Join(", ", certificate.Names), certificate.NotAfter);
            }
            else
            {
                LogEndsSoon(certificate.Source, string.Join(", ", certificate.Names), (int)days, certificate.NotAfter);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        meter.ObserveCertificates(Measure);
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                Look();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    private static int? Stage(double days) => days switch
    {
        <= 7 => (int)Math.Floor(days),
        <= 14 => 14,
        <= 30 => 30,
        _ => null,
    };

    /// <summary>Those that a client may be shown: one that another took the place of may end.</summary>
    private IEnumerable<HostCertificate> Shown()
    {
        var current = certificates.Current;
        var shown = current.All.Where(certificate => certificate.Names.Any(name => ReferenceEquals(current.Find(name.Replace('*', 'a')), certificate)));
        return certificates.Configured is { } configured ? shown.Append(configured) : shown;
    }

    private IEnumerable<Measurement<double>> Measure()
        => Shown().OrderBy(static certificate => certificate.NotAfter).Take(MostMetered)
            .Select(certificate => new Measurement<double>(Math.Round(DaysLeft(certificate), 2), new KeyValuePair<string, object?>("appproxy.host", certificate.Title)));

    private double DaysLeft(HostCertificate certificate) => (certificate.NotAfter - time.GetUtcNow()).TotalDays;

    [LoggerMessage(4703, LogLevel.Warning, "{Source}: the certificate for {Hosts} ends in {Days} days, at {NotAfter:u}: renew it")]
    private partial void LogEndsSoon(string source, string hosts, int days, DateTimeOffset notAfter);

    [LoggerMessage(4704, LogLevel.Warning, "{Source}: the certificate for {Hosts} ended at {NotAfter:u}, and clients refuse it: renew it")]
    private partial void LogEnded(string source, string hosts, DateTimeOffset notAfter);
}
