using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Gateway.Diagnostics;
using AppProxy.Gateway.Relay;
using AppProxy.Tests.Diagnostics;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Diagnostics;

[TestFixture]
internal sealed class GatewayMeterTests
{
    [Test]
    public void Its_names_are_approved()
    {
        using var recorder = Record();
        recorder.Lines.Should().Equal(ApprovedNames.Of("Gateway", "instrument"));
    }

    [Test]
    public void Its_readme_explains_every_name()
    {
        using var recorder = Record();
        var readme = ApprovedNames.ReadmeOf("Gateway");
        recorder.Names.Concat(recorder.Labels).Append(GatewayMeter.MeterName)
            .Where(name => !readme.Contains($"`{name}`", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Test]
    public void Its_readme_explains_every_failure()
    {
        var readme = ApprovedNames.ReadmeOf("Gateway");
        FailureMap.All.Select(failure => FormattableString.Invariant($"| `{failure.Token}` | {failure.Status} | {failure.Side.ToString().ToLowerInvariant()} |"))
            .Where(row => !readme.Contains(row, StringComparison.Ordinal)).Should().BeEmpty();
    }

    private static InstrumentRecorder Record()
    {
        var recorder = new InstrumentRecorder(GatewayMeter.MeterName);
        var meter = new GatewayMeter(recorder.Meters);
        meter.Began("app");
        meter.Ended("app", TimeSpan.FromSeconds(1));
        meter.Failed("app", FailureMap.Get(ExchangeFailure.ConnectorLost));
        meter.SentAgain("default");
        meter.SentElsewhere("default");
        meter.InstanceLost("default");
        meter.BadMessage("default", default(FrameError));
        meter.StrayFrame("default");
        meter.ObserveCertificates(static () => [new(30, new KeyValuePair<string, object?>("appproxy.host", "app.example.com"))]);
        recorder.Observe();
        meter.AssertionSigned("app");
        meter.AuditEventLost();
        meter.Refused("default", "replies.default", SealingFault.Forged);
        return recorder;
    }
}
