using System.Collections;

namespace AppProxy.Contracts.Transport.Amqp.Codec;

/// <summary>A small map in the order it came. Keys are looked up by their text, since peers send strings where the standard says symbol.</summary>
internal sealed class AmqpMap : IEnumerable<KeyValuePair<AmqpValue, AmqpValue>>
{
    private readonly List<KeyValuePair<AmqpValue, AmqpValue>> _entries;

    public AmqpMap(int capacity = 4)
    {
        _entries = new(Math.Min(capacity, 64));
    }

    public int Count => _entries.Count;

    /// <summary>The value under a string or symbol key; null when there is none.</summary>
    public AmqpValue this[string key] => TryGet(key, out var value) ? value : default;

    public bool TryGet(string key, out AmqpValue value)
    {
        foreach (var entry in _entries)
        {
            if (entry.Key.Text == key)
            {
                value = entry.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    public void Add(AmqpValue key, AmqpValue value) => _entries.Add(new(key, value));

    /// <summary>Adds an entry with a string key.</summary>
    public void Add(string key, AmqpValue value) => Add((AmqpValue)key, value);

    /// <summary>Adds an entry with a symbol key.</summary>
    public AmqpMap With(string symbol, AmqpValue value)
    {
        Add(AmqpValue.Symbol(symbol), value);
        return this;
    }

    public List<KeyValuePair<AmqpValue, AmqpValue>>.Enumerator GetEnumerator() => _entries.GetEnumerator();

    IEnumerator<KeyValuePair<AmqpValue, AmqpValue>> IEnumerable<KeyValuePair<AmqpValue, AmqpValue>>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
