using AppProxy.Connector.Diagnostics;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Identity;
using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Tests.Diagnostics;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Connector.Diagnostics;

[TestFixture]
internal sealed class ConnectorMeterTests
{
    [Test]
    public void Its_names_are_approved()
    {
        using var recorder = Record();
        recorder.Lines.Should().Equal(ApprovedNames.Of("Connector", "instrument"));
    }

    [Test]
    public void Its_readme_explains_every_name()
    {
        using var recorder = Record();
        var readme = ApprovedNames.ReadmeOf("Connector");
        recorder.Names.Concat(recorder.Labels).Append(ConnectorMeter.MeterName)
            .Where(name => !readme.Contains($"`{name}`", StringComparison.Ordinal)).Should().BeEmpty();
    }

    private static InstrumentRecorder Record()
    {
        var recorder = new InstrumentRecorder(ConnectorMeter.MeterName);
        var meter = new ConnectorMeter(recorder.Meters);
        meter.Ended(ExchangeFailure.None, TimeSpan.FromSeconds(1));
        meter.AppFault("StrayOctets");
        meter.DestinationRefused();
        meter.SettingsRefused("Older");
        meter.AssertionVerified();
        meter.AssertionRefused(AssertionFault.Expired);
        meter.Refused("default", "requests.default", SealingFault.Forged);
        return recorder;
    }
}
