using System.Text;

namespace AppProxy.Gateway.Broker.Amqp.Links;

/// <summary>Strings of the session ids that came last: a connector answers few gateways, so their ids need not be made anew for each message.</summary>
internal sealed class SessionIdCache
{
    private const int Size = 4;

    private readonly byte[][] _encoded = new byte[Size][];
    private readonly string[] _ids = new string[Size];
    private int _next;

    public string Get(ReadOnlySpan<byte> encoded)
    {
        for (var i = 0; i < Size; i++)
        {
            if (_encoded[i] is { } known && encoded.SequenceEqual(known))
            {
                return _ids[i];
            }
        }

        var id = Encoding.UTF8.GetString(encoded);
        _encoded[_next] = encoded.ToArray();
        _ids[_next] = id;
        _next = (_next + 1) % Size;
        return id;
    }
}
