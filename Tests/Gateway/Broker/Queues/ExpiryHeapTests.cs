using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Queues;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Queues;

[TestFixture]
public sealed class ExpiryHeapTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void It_agrees_with_a_sorted_list_whatever_is_added_and_removed(int seed)
    {
        var random = new Random(seed);
        var heap = new ExpiryHeap();
        var model = new List<BrokerMessage>();
        var buffer = PooledBuffer.Rent(1);
        for (var i = 0; i < 5_000; i++)
        {
            if (model.Count == 0 || random.Next(5) > 1)
            {
                var message = new BrokerMessage(buffer, default) { ExpiresAt = random.Next(1_000) };
                heap.Add(message);
                model.Add(message);
            }
            else
            {
                var gone = random.Next(2) == 0 ? heap.First : model[random.Next(model.Count)];
                heap.Remove(gone);
                model.Remove(gone);
                gone.HeapIndex.Should().Be(-1);
            }

            heap.Earliest.Should().Be(model.Count == 0 ? long.MaxValue : model.Min(message => message.ExpiresAt));
        }

        buffer.Release();
    }
}
