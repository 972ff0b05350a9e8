using AppProxy.Contracts.Frames;

namespace AppProxy.Contracts.Exchanges;

/// <summary>How far the other side lets us send a body. One sender waits on it; the loop that reads the session moves it.</summary>
public sealed class SendWindow
{
    private readonly AsyncSignal _moved = new();
    private long _limit;
    private bool _closed;

    /// <summary>The body may be sent up to this offset.</summary>
    public long Limit => Volatile.Read(ref _limit);

    /// <summary>Whether the exchange is over.</summary>
    public bool IsClosed => Volatile.Read(ref _closed);

    /// <summary>Moves the limit forward; a lower one than before is a late frame and changes nothing.</summary>
    public void Update(long limit)
    {
        if (limit > Volatile.Read(ref _limit))
        {
            Volatile.Write(ref _limit, limit);
            _moved.Raise();
        }
    }

    /// <summary>Ends all waiting: the exchange is over.</summary>
    public void Close()
    {
        Volatile.Write(ref _closed, true);
        _moved.Raise();
    }

    /// <summary>Octets that may be sent from <paramref name="offset"/> on, waiting until there are some; 0 once closed.</summary>
    public async ValueTask<int> WaitForRoomAsync(long offset)
    {
        while (!Volatile.Read(ref _closed))
        {
            var room = Limit - offset;
            if (room > 0)
            {
                return (int)Math.Min(room, FrameLimits.DataPiece);
            }

            await _moved.WaitAsync();
        }

        return 0;
    }
}
