using System.Diagnostics.Metrics;
using AppProxy.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AppProxy.Tests.EndToEnd.Promises;

/// <summary>How many exchanges a gateway has under way, as its meter says.</summary>
internal sealed class ActiveExchanges : IAsyncDisposable
{
    private readonly Tally _active = new();
    private readonly MeterListener _listener = new();

    public ActiveExchanges(TestEnvironment proxy)
    {
        var meters = proxy.GatewayServices.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Name == "appproxy.gateway.exchanges.active")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, change, _, _) => _active.Add(change));
        _listener.Start();
    }

    public Task WaitForAsync(int count, CancellationToken cancellationToken) => _active.WaitForAsync(active => active == count, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }
}
