using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace AppProxy.Tests.EndToEnd.Promises;

/// <summary>What one counter of a gateway or connector has come to, as its meter says.</summary>
internal sealed class MeteredTally : IAsyncDisposable
{
    private readonly Tally _tally = new();
    private readonly MeterListener _listener = new();

    public MeteredTally(IServiceProvider services, string counter)
    {
        var meters = services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Name == counter)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, change, _, _) => _tally.Add(change));
        _listener.Start();
    }

    /// <summary>The exchanges that a gateway has under way.</summary>
    public static MeteredTally ActiveExchanges(IServiceProvider gateway) => new(gateway, "appproxy.gateway.exchanges.active");

    /// <summary>The exchanges that are over for a connector.</summary>
    public static MeteredTally EndedExchanges(IServiceProvider connector) => new(connector, "appproxy.connector.exchanges");

    public Task WaitForAsync(int count, CancellationToken cancellationToken) => _tally.WaitForAsync(tally => tally == count, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }
}
