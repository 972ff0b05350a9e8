using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace AppProxy.Tests.Diagnostics;

/// <summary>Listens to one meter, and says what it has: a line for each instrument, with the labels that were really recorded.</summary>
internal sealed class InstrumentRecorder : IDisposable
{
    private readonly SortedDictionary<string, (string Description, SortedSet<string> Labels)> _instruments = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(string Instrument, string? Value)> _records = new();
    private readonly MeterListener _listener = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public InstrumentRecorder(string meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == meter && ReferenceEquals(instrument.Meter.Scope, Meters))
            {
                _instruments[instrument.Name] = ($"{instrument.GetType().Name.Split('`')[0]} {instrument.Unit}", new(StringComparer.Ordinal));
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, _, labels, _) => Record(instrument, labels));
        _listener.SetMeasurementEventCallback<double>((instrument, _, labels, _) => Record(instrument, labels));
        _listener.Start();
    }

    /// <summary>Makes the meter that is listened to.</summary>
    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public IEnumerable<string> Names => _instruments.Keys;

    public IEnumerable<string> Labels => _instruments.Values.SelectMany(static instrument => instrument.Labels).Distinct();

    /// <summary>As written in an approved file.</summary>
    public IEnumerable<string> Lines => _instruments.Select(static instrument =>
        $"instrument {instrument.Key} {instrument.Value.Description} {string.Join(' ', instrument.Value.Labels)}".TrimEnd());

    /// <summary>Asks those instruments that are asked.</summary>
    public void Observe() => _listener.RecordObservableInstruments();

    /// <summary>How often an instrument was used.</summary>
    public int Count(string instrument) => _records.Count(record => record.Instrument == instrument);

    /// <summary>The first label's value of each use of an instrument.</summary>
    public IEnumerable<string?> Values(string instrument) => _records.Where(record => record.Instrument == instrument).Select(static record => record.Value);

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
    }

    private void Record(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        _records.Enqueue((instrument.Name, labels.IsEmpty ? null : labels[0].Value?.ToString()));
        foreach (var label in labels)
        {
            _instruments[instrument.Name].Labels.Add(label.Key);
        }
    }
}
