using System.Diagnostics.Metrics;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Gateway.Relay;

namespace AppProxy.Gateway.Diagnostics;

/// <summary>What this gateway counts. The names are a contract: see the README of this folder.</summary>
internal sealed class GatewayMeter : IRefusalCounter
{
    public const string MeterName = "AppProxy.Gateway";

    private readonly Meter _meter;
    private readonly UpDownCounter<long> _active;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _sentAgain;
    private readonly Counter<long> _sentElsewhere;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _bad;
    private readonly Counter<long> _stray;
    private readonly Counter<long> _signed;
    private readonly Counter<long> _auditLost;
    private readonly Counter<long> _refused;

    public GatewayMeter(IMeterFactory meters)
    {
        var meter = _meter = meters.Create(MeterName);
        _active = meter.CreateUpDownCounter<long>("appproxy.gateway.exchanges.active", "{exchange}", "Exchanges under way");
        _duration = meter.CreateHistogram<double>("appproxy.gateway.exchange.duration", "s", "From the request's head to the response's end");
        _failures = meter.CreateCounter<long>("appproxy.gateway.exchange.failures", "{exchange}", "Exchanges that ended other than well, by failure and side");
        _sentAgain = meter.CreateCounter<long>("appproxy.gateway.requests.sent_again", "{request}", "Replayable requests that were put on the queue once more");
        _sentElsewhere = meter.CreateCounter<long>("appproxy.gateway.requests.sent_elsewhere", "{request}", "Requests that went to another connector, because one did not reach the app");
        _lost = meter.CreateCounter<long>("appproxy.gateway.connectors.lost", "{instance}", "Connector instances lost with exchanges under way");
        _bad = meter.CreateCounter<long>("appproxy.gateway.messages.bad", "{message}", "Messages on the reply session that are not of the relay's");
        _stray = meter.CreateCounter<long>("appproxy.gateway.frames.stray", "{frame}", "Frames of exchanges that this gateway does not have");
        _signed = meter.CreateCounter<long>("appproxy.gateway.assertions.signed", "{assertion}", "Assertions made for connectors");
        _auditLost = meter.CreateCounter<long>("appproxy.gateway.signinlog.lost", "{event}", "Events of the sign-in log that were logged and not kept, since the store was away for too long");
        _refused = meter.CreateCounter<long>("appproxy.gateway.messages.refused", "{message}", "Messages of a broker of somebody else's that are not genuine, by what is wrong");
    }

    /// <param name="measure">The days that each certificate is good for, by its host.</param>
    public void ObserveCertificates(Func<IEnumerable<Measurement<double>>> measure)
        => _meter.CreateObservableGauge("appproxy.gateway.certificate.remaining", measure, "d", "Days until a certificate ends, of those that end first");

    public void Began(string app) => _active.Add(1, new KeyValuePair<string, object?>("appproxy.app", app));

    public void Ended(string app, TimeSpan duration)
    {
        var label = new KeyValuePair<string, object?>("appproxy.app", app);
        _active.Add(-1, label);
        _duration.Record(duration.TotalSeconds, label);
    }

    public void Failed(string app, FailureDescription failure) => _failures.Add(
        1,
        new KeyValuePair<string, object?>("appproxy.app", app),
        new KeyValuePair<string, object?>("appproxy.failure", failure.Token),
        new KeyValuePair<string, object?>("appproxy.side", failure.Side.ToString()));

    public void SentAgain(string group) => _sentAgain.Add(1, Group(group));

    public void SentElsewhere(string group) => _sentElsewhere.Add(1, Group(group));

    public void InstanceLost(string group) => _lost.Add(1, Group(group));

    public void BadMessage(string group, FrameError error) => _bad.Add(1, Group(group), new KeyValuePair<string, object?>("appproxy.error", error.ToString()));

    public void StrayFrame(string group) => _stray.Add(1, Group(group));

    public void AssertionSigned(string app) => _signed.Add(1, new KeyValuePair<string, object?>("appproxy.app", app));

    public void AuditEventLost() => _auditLost.Add(1);

    public void Refused(string group, string queue, SealingFault fault) => _refused.Add(1, Group(group), new KeyValuePair<string, object?>("appproxy.fault", fault.ToString()));

    private static KeyValuePair<string, object?> Group(string group) => new("appproxy.group", group);
}
