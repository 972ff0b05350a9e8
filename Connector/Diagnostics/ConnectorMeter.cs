using System.Diagnostics.Metrics;
using AppProxy.Contracts.Exchanges;

namespace AppProxy.Connector.Diagnostics;

/// <summary>What this connector counts. The names are a contract: see the README of this folder.</summary>
internal sealed class ConnectorMeter
{
    public const string MeterName = "AppProxy.Connector";

    private readonly Counter<long> _exchanges;
    private readonly Histogram<double> _duration;

    public ConnectorMeter(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _exchanges = meter.CreateCounter<long>("appproxy.connector.exchanges", "{exchange}", "Exchanges that ended, by outcome");
        _duration = meter.CreateHistogram<double>("appproxy.connector.exchange.duration", "s", "From delivery to the end of the exchange");
    }

    public void Ended(ExchangeFailure failure, TimeSpan duration)
    {
        if (_exchanges.Enabled)
        {
            _exchanges.Add(1, new KeyValuePair<string, object?>("appproxy.failure", failure.ToString()));
        }

        _duration.Record(duration.TotalSeconds);
    }
}
