using System.Diagnostics.Metrics;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Identity;
using AppProxy.Contracts.Identity.Sealing;

namespace AppProxy.Connector.Diagnostics;

/// <summary>What this connector counts. The names are a contract: see the README of this folder.</summary>
internal sealed class ConnectorMeter : IRefusalCounter
{
    public const string MeterName = "AppProxy.Connector";

    private readonly Counter<long> _exchanges;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _appFaults;
    private readonly Counter<long> _verified;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _messages;

    private readonly Counter<long> _destinations;
    private readonly Counter<long> _settings;

    public ConnectorMeter(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _exchanges = meter.CreateCounter<long>("appproxy.connector.exchanges", "{exchange}", "Exchanges that ended, by outcome");
        _duration = meter.CreateHistogram<double>("appproxy.connector.exchange.duration", "s", "From delivery to the end of the exchange");
        _appFaults = meter.CreateCounter<long>("appproxy.connector.app.faults", "{fault}", "Octets of apps that are not HTTP/1.1, by rule broken");
        _destinations = meter.CreateCounter<long>("appproxy.connector.destinations.refused", "{connection}", "Connections to apps that this connector's own rules refuse");
        _settings = meter.CreateCounter<long>("appproxy.connector.settings.refused", "{snapshot}", "Settings that are not the gateway's for this connector, or are older than its own, by reason");
        _verified = meter.CreateCounter<long>("appproxy.connector.assertions.verified", "{assertion}", "Assertions whose signature was verified");
        _refused = meter.CreateCounter<long>("appproxy.connector.assertions.refused", "{request}", "Requests whose assertion is not believed, by fault");
        _messages = meter.CreateCounter<long>("appproxy.connector.messages.refused", "{message}", "Messages of a broker of somebody else's that are not genuine, by what is wrong");
    }

    /// <summary>An app is where this connector does not connect to.</summary>
    public void DestinationRefused() => _destinations.Add(1);

    /// <summary>Settings came that are not to be believed.</summary>
    public void SettingsRefused(string reason) => _settings.Add(1, new KeyValuePair<string, object?>("appproxy.reason", reason));

    /// <summary>An app broke a rule of HTTP/1.1 on one of its connections.</summary>
    public void AppFault(string rule) => _appFaults.Add(1, new KeyValuePair<string, object?>("appproxy.rule", rule));

    public void AssertionVerified() => _verified.Add(1);

    public void AssertionRefused(AssertionFault fault) => _refused.Add(1, new KeyValuePair<string, object?>("appproxy.fault", fault.ToString()));

    public void Refused(string group, string queue, SealingFault fault) => _messages.Add(1, new KeyValuePair<string, object?>("appproxy.fault", fault.ToString()));

    public void Ended(ExchangeFailure failure, TimeSpan duration)
    {
        if (_exchanges.Enabled)
        {
            _exchanges.Add(1, new KeyValuePair<string, object?>("appproxy.failure", failure.ToString()));
        }

        _duration.Record(duration.TotalSeconds);
    }
}
