using AppProxy.Benchmarks.Contenders;
using AppProxy.Benchmarks.Load;
using AppProxy.Benchmarks.Reporting;
using AppProxy.Benchmarks.Rows;

namespace AppProxy.Benchmarks.Running;

/// <summary>
/// One run: 1. the app and every contender started, per lane; 2. each row once, unmeasured, so that code is compiled and
/// connections are pooled; 3. the rounds: in each, every row, and in each row every contender after the other, starting with another
/// one each round, so that what else happens on the machine hits all alike; 4. memory; 5. everything ended, also after a failure.
/// </summary>
internal sealed class BenchmarkRun(RunOptions options, TextWriter progress) : IAsyncDisposable
{
    private readonly List<ChildProcess> _apps = [];
    private readonly List<IContender> _contenders = [];
    private readonly List<Standing> _standing = [];
    private readonly List<string> _notes = [];
    private readonly DirectoryInfo _workFolder = Directory.CreateTempSubdirectory("appproxy-benchmarks-");
    private readonly OwnGenerator _own = new();

    public async Task<RunResult> RunAsync(CancellationToken cancellationToken)
    {
        var startedAt = TimeProvider.System.GetUtcNow();
        var rows = RowCatalogue.All(options.LargeMebibytes)
            .Where(row => options.Rows.Count == 0 || options.Rows.Any(name => row.Name.StartsWith(name, StringComparison.Ordinal)))
            .ToArray();

        await StartAsync(rows.Select(row => row.Lane).Distinct(), cancellationToken);
        var memoryBefore = Memory();

        await progress.WriteLineAsync("warming up");
        foreach (var row in rows)
        {
            foreach (var standing in _standing.Where(standing => standing.Lane == row.Lane))
            {
                await MeasureAsync(row, standing, seconds: 1, cancellationToken);
            }
        }

        var noise = MachineNoise.Begin();
        var reports = new Dictionary<(Row, Standing), List<LoadReport>>();
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var row in rows)
            {
                await MeasureRoundAsync(row, round, reports, cancellationToken);
            }
        }

        var memoryAfter = Memory();
        return new RunResult(
            options,
            startedAt,
            noise.End(),
            _notes,
            [.. rows.Select(row => ResultOf(row, reports))],
            [.. memoryBefore.Join(memoryAfter, line => line.Id, line => line.Id, (before, after) => new MemoryLine(after.Contender, after.Process, before.Now, after.Now, after.Peak))]);
    }

    public async ValueTask DisposeAsync()
    {
        await _own.DisposeAsync();
        for (var i = _contenders.Count - 1; i >= 0; i--)
        {
            await _contenders[i].DisposeAsync();
        }

        foreach (var app in _apps)
        {
            await app.DisposeAsync();
        }

        _workFolder.Delete(recursive: true);
    }

    private async Task StartAsync(IEnumerable<Lane> lanes, CancellationToken cancellationToken)
    {
        var certificatePath = ThrowAwayCertificate.Write(_workFolder.FullName, TimeProvider.System);
        foreach (var lane in lanes)
        {
            var (app, address) = await ServerRole.StartAsync("role-app", lane == Lane.Tls ? certificatePath : null, null, cancellationToken);
            _apps.Add(app);
            foreach (var name in options.Contenders)
            {
                var contender = ContenderFactory.Create(name, lane, certificatePath, _workFolder.FullName);
                _contenders.Add(contender);
                try
                {
                    var standing = new Standing(contender, lane, await contender.StartAsync(address, cancellationToken));
                    _standing.Add(standing);
                    await progress.WriteLineAsync($"{standing.Title} at {standing.Entrance.Url}");
                }
                catch (ContenderUnavailableException exception)
                {
                    _notes.Add($"{name} ({lane}): {exception.Message}");
                    await progress.WriteLineAsync(_notes[^1]);
                }
            }
        }
    }

    private async Task MeasureRoundAsync(Row row, int round, Dictionary<(Row, Standing), List<LoadReport>> reports, CancellationToken cancellationToken)
    {
        var takingPart = _standing.Where(standing => standing.Lane == row.Lane).ToArray();
        for (var i = 0; i < takingPart.Length; i++)
        {
            var standing = takingPart[(i + round) % takingPart.Length];
            var report = await MeasureAsync(row, standing, options.Seconds, cancellationToken);
            if (!reports.TryGetValue((row, standing), out var list))
            {
                reports.Add((row, standing), list = []);
            }

            list.Add(report);
            await progress.WriteLineAsync(FormattableString.Invariant(
                $"round {round + 1}  {row.Name,-16} {standing.Contender.Name,-6} {report.Rate,9:#,0} {row.RateUnit,-8} p50 {report.P50Milliseconds:0.000} p99 {report.P99Milliseconds:0.00} ms  errors {report.Errors}  {report.FirstError}"));
        }
    }

    private Task<LoadReport> MeasureAsync(Row row, Standing standing, int seconds, CancellationToken cancellationToken)
    {
        var order = row.OrderFor(standing.Entrance, seconds);
        return GeneratorFor(order).RunAsync(order, cancellationToken);
    }

    // One choice per row, never per contender.
    private ILoadGenerator GeneratorFor(LoadOrder order)
    {
        var wrk = new WrkGenerator();
        return !options.OwnGeneratorOnly && WrkGenerator.IsInstalled && wrk.Takes(order) ? wrk : _own;
    }

    private RowResult ResultOf(Row row, Dictionary<(Row, Standing), List<LoadReport>> reports) => new(
        row,
        GeneratorFor(row.OrderFor(new Entrance(new Uri("http://127.0.0.1")), 0)).Name,
        [.. _standing.Where(standing => reports.ContainsKey((row, standing)))
            .Select(standing => (standing.Contender.Name, Summary.Of(reports[(row, standing)])))]);

    private List<(int Id, string Contender, string Process, double Now, double Peak)> Memory()
    {
        var lines = new List<(int, string, string, double, double)>();
        var owners = _apps.Select(app => (Title: "(the app)", Processes: (IReadOnlyList<ChildProcess>)[app]))
            .Concat(_standing.Select(standing => (standing.Title, standing.Contender.Processes)));
        foreach (var (owner, processes) in owners)
        {
            foreach (var id in processes.SelectMany(process => ProcessTree.Of(process.Id)))
            {
                var title = ProcessTree.Title(id);

                // The guard only holds the leash.
                if (!title.EndsWith(" guard", StringComparison.Ordinal))
                {
                    var (now, peak) = ProcessTree.Memory(id);
                    lines.Add((id, owner, title, now, peak));
                }
            }
        }

        return lines;
    }
}
