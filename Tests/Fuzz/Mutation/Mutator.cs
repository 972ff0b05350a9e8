using System.Buffers.Binary;

namespace AppProxy.Fuzz.Mutation;

/// <summary>Makes a new input out of known ones: a few random changes on top of each other, as AFL's havoc stage does.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> dictionary, int maxLength)
{
    // Ends of ranges, where off-by-one lives.
    private static readonly ulong[] Borders =
    [
        0, 1, 7, 8, 0x0f, 0x10, 0x3f, 0x40, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
        0x100000000, 0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff,
    ];

    private readonly byte[] _work = new byte[maxLength];
    private int _length;

    /// <summary>The result is valid until the next call.</summary>
    public ReadOnlySpan<byte> Mutate(ReadOnlySpan<byte> parent, ReadOnlySpan<byte> other)
    {
        _length = Math.Min(parent.Length, maxLength);
        parent[.._length].CopyTo(_work);
        for (var changes = 1 << random.Next(5); changes > 0; changes--)
        {
            Change(other);
        }

        return _work.AsSpan(0, _length);
    }

    private void Change(ReadOnlySpan<byte> other)
    {
        switch (random.Next(_length == 0 ? 2 : 11))
        {
            case 0:
                InsertRandom();
                break;
            case 1:
                InsertWord();
                break;
            case 2:
                _work[random.Next(_length)] ^= (byte)(1 << random.Next(8));
                break;
            case 3:
                _work[random.Next(_length)] = (byte)random.Next(256);
                break;
            case 4:
                _work[random.Next(_length)] += (byte)(random.Next(71) - 35);
                break;
            case 5:
                OverwriteNumber();
                break;
            case 6:
                Delete();
                break;
            case 7:
                Duplicate();
                break;
            case 8:
                Splice(other);
                break;
            case 9:
                _length = random.Next(_length + 1);
                break;
            default:
                OverwriteWord();
                break;
        }
    }

    private void InsertRandom()
    {
        var hole = OpenHole(random.Next(_length + 1), 1 + random.Next(8));
        if (random.Next(2) == 0)
        {
            random.NextBytes(hole);
        }
        else
        {
            hole.Fill((byte)random.Next(256));
        }
    }

    private void InsertWord()
    {
        if (dictionary.Count == 0)
        {
            InsertRandom();
            return;
        }

        var word = dictionary[random.Next(dictionary.Count)];
        var hole = OpenHole(random.Next(_length + 1), word.Length);
        word.AsSpan(0, hole.Length).CopyTo(hole);
    }

    private void OverwriteWord()
    {
        if (dictionary.Count == 0)
        {
            OverwriteNumber();
            return;
        }

        var word = dictionary[random.Next(dictionary.Count)];
        var at = random.Next(_length);
        word.AsSpan(0, Math.Min(word.Length, _length - at)).CopyTo(_work.AsSpan(at));
    }

    private void OverwriteNumber()
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        var width = 1 << random.Next(4);
        var value = Borders[random.Next(Borders.Length)];
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteUInt64BigEndian(number, value);
            number = number[^width..];
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(number, value);
            number = number[..width];
        }

        var at = random.Next(_length);
        number[..Math.Min(width, _length - at)].CopyTo(_work.AsSpan(at));
    }

    private void Delete()
    {
        var at = random.Next(_length);
        var count = 1 + random.Next(Math.Min(_length - at, 32));
        _work.AsSpan(at + count, _length - at - count).CopyTo(_work.AsSpan(at));
        _length -= count;
    }

    private void Duplicate()
    {
        var from = random.Next(_length);
        var count = 1 + random.Next(Math.Min(_length - from, 64));
        var block = _work.AsSpan(from, count).ToArray();
        var hole = OpenHole(random.Next(_length + 1), count);
        block.AsSpan(0, hole.Length).CopyTo(hole);
    }

    private void Splice(ReadOnlySpan<byte> other)
    {
        if (other.IsEmpty)
        {
            return;
        }

        var at = random.Next(_length);
        var tail = other[random.Next(other.Length)..];
        tail = tail[..Math.Min(tail.Length, maxLength - at)];
        tail.CopyTo(_work.AsSpan(at));
        _length = at + tail.Length;
    }

    // Room of up to count bytes at the position, as far as the longest input allows.
    private Span<byte> OpenHole(int at, int count)
    {
        count = Math.Min(count, maxLength - _length);
        _work.AsSpan(at, _length - at).CopyTo(_work.AsSpan(at + count));
        _length += count;
        return _work.AsSpan(at, count);
    }
}
