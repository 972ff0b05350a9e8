using AppProxy.Gateway.Processes;

namespace AppProxy.Gateway.Certificates;

/// <summary>
/// Holds the current certificates: read before anything is served, and again when a file or the store changes. Connections that are open keep
/// what they began with. What cannot be used is told once and hurts nothing else: a certificate from the same place that could be used stays.
/// </summary>
internal sealed partial class HostCertificates(IReadOnlyList<ICertificateSource> sources, IReadOnlyList<string> ownHosts, TimeProvider time, ILogger<HostCertificates> logger)
    : WatchedState(Interval, time, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<ICertificateSource, IReadOnlyList<CertificateReading>> _readings = [];
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private volatile CertificateSnapshot _current = CertificateSnapshot.Empty;

    public CertificateSnapshot Current => _current;

    /// <summary>Whether there is a place that certificates may come from, now or later.</summary>
    public bool HasSources => sources.Count > 0;

    /// <summary>What the configuration of the server itself shows to those that no other certificate is for.</summary>
    public HostCertificate? Configured { get; set; }

    /// <summary>Looks now, and takes over what has changed.</summary>
    public override async Task LoadAsync(CancellationToken cancellationToken)
    {
        var isChanged = false;
        foreach (var source in sources)
        {
            try
            {
                if (await source.ReadAsync(cancellationToken) is { } readings)
                {
                    _readings[source] = Keep(readings, _readings.GetValueOrDefault(source) ?? []);
                    isChanged = true;
                }
            }
            catch (CertificateException problem)
            {
                Tell($"{source.Name}: {problem.Message}");
            }
        }

        if (isChanged)
        {
            var before = _current.All;
            Rank();
            foreach (var certificate in _current.All.Except(before))
            {
                LogTaken(certificate.Source, string.Join(", ", certificate.Names), certificate.NotAfter);
            }
        }
    }

    /// <summary>Which of several is valid depends on the day.</summary>
    public void Rank() => _current = new CertificateSnapshot(
        _readings.Values.SelectMany(static readings => readings).Select(static reading => reading.Certificate).OfType<HostCertificate>(), ownHosts, Time.GetUtcNow());

    protected override Task LookAgainAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    private List<CertificateReading> Keep(IReadOnlyList<CertificateReading> readings, IReadOnlyList<CertificateReading> before)
    {
        var kept = new List<CertificateReading>(readings.Count);
        foreach (var reading in readings)
        {
            var last = before.FirstOrDefault(other => other.Source == reading.Source)?.Certificate;
            if (reading.Problem is { } problem)
            {
                Tell($"{reading.Source} {problem}{(reading.Certificate is null && last is not null ? ". The certificate that was there before stays" : "")}");
            }

            var isSame = reading.Certificate is { } now && last is not null && now.IsSameAs(last);
            kept.Add(reading.Certificate is null || isSame ? reading with { Certificate = last } : reading);
            if (reading is { Certificate: null, Problem: not null })
            {
                // Of a folder that cannot be looked into, what was read before stays.
                kept.AddRange(before.Where(other => other.Source.StartsWith(reading.Source + Path.DirectorySeparatorChar, StringComparison.Ordinal)));
            }
        }

        _told.RemoveWhere(told => readings.Any(reading => reading.Problem is null && told.StartsWith(reading.Source + " ", StringComparison.Ordinal)));
        return kept;
    }

    private void Tell(string problem)
    {
        if (_told.Add(problem))
        {
            LogUnusable(problem);
        }
    }

    [LoggerMessage(4701, LogLevel.Information, "{Source}: certificate for {Hosts}, good until {NotAfter:u}")]
    private partial void LogTaken(string source, string hosts, DateTimeOffset notAfter);

    [LoggerMessage(4702, LogLevel.Warning, "Certificate, {Problem}")]
    private partial void LogUnusable(string problem);
}
