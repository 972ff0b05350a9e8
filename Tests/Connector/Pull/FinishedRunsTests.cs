using AppProxy.Connector.Pull;
using AppProxy.Contracts.Frames;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Connector.Pull;

[TestFixture]
internal sealed class FinishedRunsTests
{
    [Test]
    public void Know_the_latest_thousand_however_many_there_were([Values(1, 16, 17, 1000, 1024, 1025, 2048, 5000)] int count)
    {
        var runs = new FinishedRuns();
        var ids = Enumerable.Range(0, count).Select(static _ => ExchangeId.Create()).ToList();

        ids.ForEach(id => runs.Add(id, 1));

        ids.TakeLast(1024).Should().OnlyContain(id => runs.Contains(id, 1));
        ids.SkipLast(1024).Should().NotContain(id => runs.Contains(id, 1));
        runs.Contains(ids[^1], 2).Should().BeFalse("another send is another run");
        runs.Contains(default, 0).Should().BeFalse("what was never there");
    }
}
