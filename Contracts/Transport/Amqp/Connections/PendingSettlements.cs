using System.Runtime.InteropServices;
using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>What a session has settled and not told yet, to be told as ranges. State is guarded by the connection's gate.</summary>
internal sealed class PendingSettlements
{
    private readonly List<Settlement> _settlements = [];

    public void Add(uint deliveryId, bool isReceiver, in DeliveryState state) => _settlements.Add(new Settlement(deliveryId, isReceiver, state));

    public void Clear() => _settlements.Clear();

    /// <summary>Writes all of them, neighbours of one kind as one disposition.</summary>
    public void Emit(AmqpSession session)
    {
        var all = CollectionsMarshal.AsSpan(_settlements);
        for (var i = 1; i < all.Length; i++)
        {
            if (!all[i].Follows(all[i - 1]))
            {
                // Messages are settled in the order in which they were dealt with. Sorted, most of them are ranges again.
                all.Sort(static (a, b) => a.CompareTo(b));
                break;
            }
        }

        for (var i = 0; i < all.Length;)
        {
            var first = all[i];
            var last = first.DeliveryId;
            for (i++; i < all.Length && all[i].Follows(all[i - 1]); i++)
            {
                last = all[i].DeliveryId;
            }

            session.WriteDisposition(first.IsReceiver, first.DeliveryId, last, first.State);
        }

        _settlements.Clear();
    }

    private readonly record struct Settlement(uint DeliveryId, bool IsReceiver, DeliveryState State) : IComparable<Settlement>
    {
        public bool Follows(in Settlement previous) =>
            DeliveryId == previous.DeliveryId + 1 && IsReceiver == previous.IsReceiver && State.Outcome == previous.State.Outcome
            && State.UndeliverableHere == previous.State.UndeliverableHere;

        public int CompareTo(Settlement other)
        {
            var role = IsReceiver.CompareTo(other.IsReceiver);
            var outcome = role != 0 ? role : State.Outcome.CompareTo(other.State.Outcome);
            return outcome != 0 ? outcome : unchecked((int)(DeliveryId - other.DeliveryId));
        }
    }
}
