using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AppProxy.Fuzz.Planted;

/// <summary>
/// A small parser with three bugs planted, each some layers deep: proof that the fuzzer climbs by coverage, and that it notices an
/// exception, a hang and a read beyond the input. Nothing else uses it.
/// </summary>
/// <remarks>
/// <code>
/// 0      1       2        3
/// +------+-------+--------+------------------+
/// | 0xA7 | kind  | length | length bytes …   |  one record, repeated
/// +------+-------+--------+------------------+
/// </code>
/// </remarks>
internal static class PlantedParser
{
    private const byte Magic = 0xA7;

    /// <exception cref="FormatException">Not a sequence of records.</exception>
    public static int Parse(ReadOnlySpan<byte> input)
    {
        var sum = 0;
        while (!input.IsEmpty)
        {
            var record = Next(ref input, out var kind);
            sum += kind switch
            {
                1 => record.Length,
                2 when record.Length >= 4 => BinaryPrimitives.ReadUInt16BigEndian(record[2..]),

                // The bug: the count is believed, not checked against the record.
                3 when record is [var count, > 0x40, ..] => record.Slice(1, count).Length,
                _ => 0,
            };
        }

        return sum;
    }

    public static void ParseWithHang(ReadOnlySpan<byte> input)
    {
        while (input is [Magic, var kind, var length, ..])
        {
            // The bug: a step of zero goes on for ever.
            var step = kind == 5 && length > 0x80 ? 0 : 3;
            input = input[Math.Min(step, input.Length)..];
        }
    }

    public static int ParseWithOverread(ReadOnlySpan<byte> input)
    {
        if (input is not [Magic, 9, var length, ..])
        {
            return 0;
        }

        // The bug: without the span's own check, a length that is a lie reads what lies behind the input.
        var sum = 0;
        for (var i = 0; i < length; i++)
        {
            sum += Unsafe.Add(ref MemoryMarshal.GetReference(input), 3 + i);
        }

        return sum;
    }

    private static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> input, out byte kind)
    {
        if (input.Length < 3 || input[0] != Magic || input.Length < 3 + input[2])
        {
            throw new FormatException("Not a record.");
        }

        kind = input[1];
        var record = input.Slice(3, input[2]);
        input = input[(3 + record.Length)..];
        return record;
    }
}
