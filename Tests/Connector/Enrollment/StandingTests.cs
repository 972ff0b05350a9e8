using AppProxy.Connector.Enrollment;
using AppProxy.Contracts.Identity;
using FluentAssertions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Connector.Enrollment;

[TestFixture]
internal sealed class StandingTests
{
    private const int Guard = 10_000;

    private readonly FakeTimeProvider _time = new();

    [Test, CancelAfter(Guard)]
    public async Task One_that_is_shut_out_asks_again_from_time_to_time(CancellationToken cancellation)
    {
        var standing = new Standing(_time);
        standing.BeforeCall();
        var shutOut = standing.WaitAsync(isShutOut: true, cancellation);
        shutOut.IsCompleted.Should().BeFalse();

        standing.OnRefused(new GatewayCallException(CallFault.ConnectorRevoked, "it was revoked"));

        await shutOut;
        _time.Advance(Standing.Interval - TimeSpan.FromTicks(1));
        standing.Invoking(own => own.BeforeCall()).Should().Throw<GatewayCallException>().WithMessage("it was revoked").Which.Fault.Should().Be(CallFault.ConnectorRevoked);
        _time.Advance(TimeSpan.FromTicks(1));
        standing.BeforeCall();
        standing.Invoking(own => own.BeforeCall()).Should().Throw<GatewayCallException>("one call is enough to hear of a change");
    }

    [Test, CancelAfter(Guard)]
    public async Task One_that_is_taken_again_asks_as_before(CancellationToken cancellation)
    {
        var standing = new Standing(_time);
        standing.OnRefused(new GatewayCallException(CallFault.ConnectorUnknown, "unknown"));
        var taken = standing.WaitAsync(isShutOut: false, cancellation);

        standing.OnTaken();

        await taken;
        standing.BeforeCall();
        standing.Refusal.Should().BeNull();
    }

    [TestCase(CallFault.Unavailable)]
    [TestCase(CallFault.ClockSkewed)]
    [TestCase(CallFault.Replayed)]
    [TestCase(null)]
    public void What_is_wrong_with_one_call_shuts_nobody_out(object? fault) => Standing.IsShutOutBy((CallFault?)fault).Should().BeFalse();
}
