using System.Collections.Concurrent;
using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Queues;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Queues;

[TestFixture]
public sealed class ConcurrencyTests : QueueFixture
{
    private const int Messages = 4_000;

    [CancelAfter(Guard)]
    [TestCase(false, 1)]
    [TestCase(false, 2)]
    [TestCase(true, 1)]
    [TestCase(true, 2)]
    public async Task Whatever_consumers_do_no_message_is_lost_or_completed_twice(bool sessions, int seed, CancellationToken cancellation)
    {
        var queue = Queue(options => options with { RequiresSession = sessions, MaxDeliveryCount = int.MaxValue });
        var completed = new ConcurrentDictionary<string, int>();
        var sending = Enumerable.Range(0, 2).Select(sender => Task.Run(
            () =>
            {
                for (var i = 0; i < Messages; i++)
                {
                    TryEnqueue(queue, $"{sender}/{i}", sessions ? $"s{i % 3}" : null).Should().BeNull();
                }
            },
            cancellation)).ToArray();

        // Each consumer completes, abandons or leaves, grants credit from inside, and goes as a closed link or a lost connection would.
        void Consume(Random random, string? sessionId)
        {
            QueueConsumer consumer;
            var sink = new CarelessSink(random.Next(), completed);
            try
            {
                consumer = Attach(queue, sink, credit: 0, sessionId: sessionId);
            }
            catch (TransportException refusal) when (refusal.Failure == TransportFailure.SessionCannotBeLocked)
            {
                return;
            }

            sink.Consumer = consumer;
            for (var i = 0; i < 5; i++)
            {
                consumer.AddCredit(random.Next(50));
                if (random.Next(4) == 0)
                {
                    consumer.Drain();
                }
            }

            if (random.Next(2) == 0)
            {
                consumer.Close();
            }
            else
            {
                consumer.Abort(new TransportException(TransportFailure.ConnectionLost, "lost"));
            }
        }

        var consuming = Enumerable.Range(0, 3).Select(number => Task.Run(
            () =>
            {
                var random = new Random((seed * 100) + number);
                while (completed.Count < 2 * Messages)
                {
                    cancellation.ThrowIfCancellationRequested();
                    Consume(random, sessions ? $"s{random.Next(3)}" : null);
                }
            },
            cancellation)).ToArray();

        await Task.WhenAll(sending).WaitAsync(cancellation);
        await Task.WhenAll(consuming).WaitAsync(cancellation);

        completed.Values.Should().OnlyContain(count => count == 1);
        queue.GetCounts().Should().BeEquivalentTo(new { Active = 0, Locked = 0, SizeInBytes = 0, Consumers = 0 });
    }

    private sealed class CarelessSink(int seed, ConcurrentDictionary<string, int> completed) : IDeliverySink
    {
        private readonly Random _random = new(seed);

        public QueueConsumer? Consumer { get; set; }

        public void Deliver(BrokerMessage message)
        {
            var text = RecordingSink.TextOf(message);
            switch (_random.Next(4))
            {
                case 0:
                    message.Settle(Settlement.Abandon);
                    break;
                case 1:
                    break; // Comes back when the consumer goes.
                default:
                    if (message.TrySettle(Settlement.Complete))
                    {
                        completed.AddOrUpdate(text, 1, (_, count) => count + 1);
                    }

                    break;
            }

            message.Release();
            if (_random.Next(3) == 0)
            {
                Consumer?.AddCredit(1);
            }
        }

        public void Drained(int unusedCredit)
        {
        }

        public void Evict(TransportException reason)
        {
        }

        public void Detached(TransportException? reason)
        {
        }
    }
}
