namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>What a session has sent and not heard of. State is guarded by the connection's gate.</summary>
internal sealed class UnsettledDeliveries
{
    private readonly Dictionary<uint, SettledDelivery> _byId = [];

    public void Add(in SettledDelivery delivery) => _byId.Add(delivery.DeliveryId, delivery);

    /// <summary>Takes a range of ids, both ends included; the peer may name ids that are not there.</summary>
    public void Take(uint first, uint last, List<SettledDelivery> taken)
    {
        var count = last - first + 1;
        if (count == 0 || count > int.MaxValue || count > _byId.Count)
        {
            // A range longer than what there is (or the wrong way round): look at what there is instead.
            foreach (var (id, delivery) in _byId)
            {
                if (id - first <= last - first && last - first <= int.MaxValue)
                {
                    taken.Add(delivery);
                }
            }

            Remove(taken);
            return;
        }

        for (uint i = 0; i < count; i++)
        {
            if (_byId.Remove(first + i, out var delivery))
            {
                taken.Add(delivery);
            }
        }
    }

    /// <summary>Takes all that a link has sent.</summary>
    public void Take(SendingLink link, List<SettledDelivery> taken)
    {
        foreach (var (_, delivery) in _byId)
        {
            if (delivery.Link == link)
            {
                taken.Add(delivery);
            }
        }

        Remove(taken);
    }

    private void Remove(List<SettledDelivery> taken)
    {
        foreach (var delivery in taken)
        {
            _byId.Remove(delivery.DeliveryId);
        }
    }
}
