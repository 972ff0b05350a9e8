using AppProxy.Connector.Enrollment;
using AppProxy.Contracts.Identity;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Connector.Assertions;

/// <summary>
/// The gateway's keys that this connector believes: the pinned one, and those to which it leads by each key's word for the next. What the gateway
/// tells over HTTP is worth nothing without such a word.
/// </summary>
internal sealed class GatewayKeyRing(GatewayPin pin, TimeProvider time)
{
    /// <summary>The one that signs, the one before it while that counts, the one announced.</summary>
    private const int MostKept = 3;

    /// <summary>Whoever makes up key ids makes us ask no more often than that; a request with a key that is really new waits that long.</summary>
    private static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private volatile IReadOnlyList<JsonWebKey> _keys = pin.Key is { } key ? [key] : [];
    private Task _reading = Task.CompletedTask;
    private long? _read;

    /// <summary>Ids of the keys that are believed now, the oldest first.</summary>
    public IEnumerable<string> Ids => _keys.Select(static key => key.Kid);

    /// <summary>The key with this id, if it is believed; asks the gateway where it is not known yet.</summary>
    public async ValueTask<JsonWebKey?> FindAsync(string id)
    {
        if (Find(id) is { } known)
        {
            return known;
        }

        try
        {
            await ReadSoonAsync();
        }
        catch (GatewayCallException)
        {
            // GatewayKeyWatch tells why.
        }

        return Find(id);
    }

    /// <summary>Asks the gateway for keys that it has by now.</summary>
    /// <exception cref="GatewayCallException">It does not answer.</exception>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        var told = await pin.ReadKeysAsync(cancellationToken);
        if ((_keys is [var known, ..] ? known : told.Find(pin.Thumbprint)) is not { } oldest)
        {
            throw new GatewayCallException(null, $"{pin.Gateway}: the gateway has no key {pin.Thumbprint}, and no word of it for another. Check Connector:GatewayKey and the address; or something on the way answers in the gateway's place.");
        }

        var chain = await KeySuccession.FollowAllAsync(oldest, [.. told.Successions]);
        _keys = [.. chain.TakeLast(MostKept)];
    }

    /// <summary>A reading that begins after now: one for all that wait.</summary>
    private Task ReadSoonAsync()
    {
        lock (_gate)
        {
            if (_reading.IsCompleted)
            {
                _reading = ReadAfterAsync(_read is { } read ? LeastInterval - time.GetElapsedTime(read) : TimeSpan.Zero);
            }

            return _reading;
        }
    }

    private async Task ReadAfterAsync(TimeSpan wait)
    {
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time);
        }

        _read = time.GetTimestamp();
        await ReadAsync(CancellationToken.None);
    }

    private JsonWebKey? Find(string id)
    {
        foreach (var key in _keys)
        {
            if (key.Kid == id)
            {
                return key;
            }
        }

        return null;
    }
}
