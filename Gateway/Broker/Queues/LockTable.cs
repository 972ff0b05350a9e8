using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace AppProxy.Gateway.Broker.Queues;

/// <summary>
/// Locked messages by lock token. A token says in which slot its message is and which lock of the queue it is, so that making and finding one
/// costs no hash and no random number. Tokens are unique, not secret: rights are checked on the link.
/// </summary>
internal sealed class LockTable
{
    private readonly int _salt = RandomNumberGenerator.GetInt32(int.MaxValue);
    private BrokerMessage?[] _slots = new BrokerMessage?[16];
    private int[] _free = new int[16];
    private int _freeCount;
    private int _used;
    private long _lastNumber;

    public void Add(BrokerMessage message)
    {
        int slot;
        if (_freeCount > 0)
        {
            slot = _free[--_freeCount];
        }
        else
        {
            if (_used == _slots.Length)
            {
                Array.Resize(ref _slots, _used * 2);
                Array.Resize(ref _free, _used * 2);
            }

            slot = _used++;
        }

        _slots[slot] = message;
        message.LockSlot = slot;
        message.LockNumber = ++_lastNumber;
    }

    public void Remove(BrokerMessage message)
    {
        _slots[message.LockSlot] = null;
        _free[_freeCount++] = message.LockSlot;
    }

    public Guid TokenOf(BrokerMessage message) =>
        message.LockNumber == 0 ? Guid.Empty : Unsafe.BitCast<Token, Guid>(new Token(message.LockSlot, _salt, message.LockNumber));

    public BrokerMessage? Find(Guid lockToken)
    {
        var token = Unsafe.BitCast<Guid, Token>(lockToken);
        return token.Salt == _salt && (uint)token.Slot < (uint)_used && _slots[token.Slot] is { } message && message.LockNumber == token.Number
            ? message
            : null;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly record struct Token(int Slot, int Salt, long Number);
}
