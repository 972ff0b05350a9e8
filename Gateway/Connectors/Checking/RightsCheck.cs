using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Publishing;

namespace AppProxy.Gateway.Connectors.Checking;

/// <summary>Whether connectors' keys open their queues in a connector's direction, and nothing else: each is put, and links are opened with it.</summary>
internal static class RightsCheck
{
    /// <summary>Says what the keys of one group open.</summary>
    /// <param name="steps">Where to.</param>
    /// <param name="step">The step's name.</param>
    /// <param name="keys">One for each queue, or the same one.</param>
    /// <param name="known">Keys of all groups: whose queues are tried with this group's.</param>
    /// <param name="connect">Connects with a key.</param>
    /// <param name="onRefused">What to do about a key that is refused.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The keys that the broker took.</returns>
    public static async Task<IReadOnlyList<QueueKey>> AddAsync(
        List<TestStep> steps,
        string step,
        IReadOnlyList<QueueKey> keys,
        IReadOnlyList<QueueKey> known,
        Func<QueueKey, CancellationToken, Task<ITransport>> connect,
        Func<LinkAnswer, string> onRefused,
        CancellationToken cancellationToken)
    {
        var before = steps.Count;
        var taken = new List<(QueueKey Key, ITransport Transport)>();
        try
        {
            foreach (var key in keys)
            {
                var transport = await connect(key, cancellationToken);
                taken.Add((key, transport));
                var right = await LinkProbe.OpenAsync(transport, key.Entity, key.Entity.IsSentTo, cancellationToken);
                if (right.IsUnauthorized)
                {
                    steps.Add(TestStep.Fail(step, $"The key of {key.Setting} is refused for {key.Entity.Right} on {key.Entity.Name}: {right.Words}.", onRefused(right)));
                    taken.RemoveAt(taken.Count - 1);
                    await transport.DisposeAsync();
                }
                else if (!right.IsOpen)
                {
                    steps.Add(TestStep.Skip(step, $"{key.Setting} could not be tried on {key.Entity.Name}: {right.Words}."));
                }
            }

            // Whose key is wrong in the settings may well be opened by the right one.
            var others = known.Where(other => !keys.Contains(other)).Concat(taken.Select(static each => each.Key)).ToList();
            foreach (var (key, transport) in taken)
            {
                await AddTooMuchAsync(steps, step, key, others, transport, cancellationToken);
            }
        }
        catch (TransportException lost)
        {
            steps.Add(TestStep.Skip(step, $"Not every key could be tried: {lost.Message.TrimEnd('.')}.", "Once more; what was found about the connection says why."));
        }
        finally
        {
            foreach (var (_, transport) in taken)
            {
                await transport.DisposeAsync();
            }
        }

        if (steps.Count == before)
        {
            steps.Add(TestStep.Ok(
                step, $"Connectors' keys open {string.Join(", ", keys.Select(static key => $"{key.Entity.Name} ({key.Entity.Right})"))}, and nothing else that was tried."));
        }

        return [.. taken.Select(static each => each.Key)];
    }

    /// <summary>What a key opens that it should not.</summary>
    private static async Task AddTooMuchAsync(List<TestStep> steps, string step, QueueKey key, List<QueueKey> others, ITransport transport, CancellationToken cancellationToken)
    {
        var entity = key.Entity;
        if ((await LinkProbe.OpenAsync(transport, entity, !entity.IsSentTo, cancellationToken)).IsOpen)
        {
            steps.Add(TestStep.Fail(
                step,
                $"The rule '{key.Name}' of {key.Setting} gives {entity.OtherRight} on {entity.Name} too: a connector could {(entity.IsSentTo ? "take answers that are for gateways" : "send in a gateway's place")}.",
                $"Make a rule with {entity.Right} alone on {entity.Name}, and give its key."));
        }

        foreach (var other in OthersThan(key, others))
        {
            foreach (var sends in (bool[])[false, true])
            {
                if ((await LinkProbe.OpenAsync(transport, other, sends, cancellationToken)).IsOpen)
                {
                    steps.Add(TestStep.Fail(
                        step,
                        $"The key of {key.Setting} opens {other.Name} too ({(sends ? "Send" : "Listen")}): its rule is not on {entity.Name} alone, but on the namespace.",
                        $"Make a rule '{key.Name}' with {entity.Right} alone on the queue {entity.Name}, and give its key: one of the namespace opens every group to who gets hold of it."));
                    return;
                }
            }
        }
    }

    /// <summary>Queues that the key is not for.</summary>
    private static IEnumerable<GroupEntity> OthersThan(QueueKey key, List<QueueKey> all)
    {
        var own = all.Where(other => other.IsSameAs(key)).Select(static other => other.Entity.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return all.Select(static other => other.Entity).Where(other => !own.Contains(other.Name)).DistinctBy(static other => other.Name, StringComparer.OrdinalIgnoreCase);
    }
}
