using AppProxy.Contracts.Exchanges;
using AppProxy.Gateway.Relay;
using AppProxy.Tests.Architecture;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Relay;

[TestFixture]
internal sealed class FailureMapTests
{
    [Test]
    public void Every_failure_is_described_once()
        => FailureMap.All.Select(row => row.Failure).Should().BeEquivalentTo(Enum.GetValues<ExchangeFailure>().Except([ExchangeFailure.None]));

    [Test]
    public void Tokens_are_unique() => FailureMap.All.Select(row => row.Token).Should().OnlyHaveUniqueItems();

    [Test]
    public void A_number_of_a_newer_connector_counts_as_its_failure()
        => FailureMap.Get((ExchangeFailure)9999).Failure.Should().Be(ExchangeFailure.ConnectorError);

    /// <summary>Clients, dashboards and alerts rely on these: a change is a decision.</summary>
    [Test]
    public void The_map_is_approved()
    {
        var rows = FailureMap.All.OrderBy(row => row.Failure).Select(row => FormattableString.Invariant(
            $"{(int)row.Failure} {row.Token} {row.Status} {row.Side} {row.Level} {(row.RetryAfter > 0 ? FormattableString.Invariant($"retry-after={row.RetryAfter}") : "-")}"));

        var approved = File.ReadAllLines(Path.Combine(Repository.Root, "Tests", "Gateway", "Relay", "FailureMap.approved.txt"));

        rows.Should().Equal(approved);
    }
}
