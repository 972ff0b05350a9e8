using System.Diagnostics.CodeAnalysis;

namespace AppProxy.Contracts.Frames;

/// <summary>
/// HTTP field lines (RFC 9110 section 5) as they lie in a frame: order, duplicates, case and octets kept. A view on the frame's bytes.
/// </summary>
/// <remarks>
/// <code>
/// +-------+------------------+--------------------+---
/// | count | name (len, text) | value (len, text)  | …
/// +-------+------------------+--------------------+---
/// </code>
/// </remarks>
[SuppressMessage("Performance", "CA1815", Justification = "A view is not compared.")]
[SuppressMessage("Naming", "CA1710", Justification = "Field lines are the RFC's word.")]
public readonly ref struct FieldLines
{
    private readonly ReadOnlySpan<byte> _lines;

    private FieldLines(ReadOnlySpan<byte> lines, int count)
    {
        _lines = lines;
        Count = count;
    }

    /// <summary>How many lines.</summary>
    public int Count { get; }

    /// <summary>Enumerates the lines in order.</summary>
    public Enumerator GetEnumerator() => new(_lines);

    /// <summary>Reads a whole field section. Checks every line once, so that enumerating can't fail.</summary>
    public static FrameError TryRead(ReadOnlySpan<byte> section, out FieldLines lines)
    {
        lines = default;
        var reader = new PayloadReader(section);
        var count = reader.Length();
        if (count > FrameLimits.MaxFields)
        {
            return FrameError.Value;
        }

        var start = reader.Rest;
        for (var i = 0; i < count; i++)
        {
            if (reader.Text().IsEmpty)
            {
                return reader.Error == FrameError.None ? FrameError.Value : reader.Error;
            }

            reader.Text();
        }

        var error = reader.End();
        if (error == FrameError.None)
        {
            lines = new FieldLines(start, count);
        }

        return error;
    }

    /// <summary>One name and its value.</summary>
    public readonly ref struct Line(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        /// <summary>Octets of the name, never empty.</summary>
        public ReadOnlySpan<byte> Name { get; } = name;

        /// <summary>Octets of the value.</summary>
        public ReadOnlySpan<byte> Value { get; } = value;
    }

    /// <summary>Walks the lines.</summary>
    public ref struct Enumerator
    {
        private PayloadReader _reader;

        internal Enumerator(ReadOnlySpan<byte> lines)
        {
            _reader = new PayloadReader(lines);
            Current = default;
        }

        /// <summary>The line at hand.</summary>
        public Line Current { get; private set; }

        /// <summary>Moves on.</summary>
        public bool MoveNext()
        {
            if (_reader.Rest.IsEmpty)
            {
                return false;
            }

            var name = _reader.Text();
            Current = new Line(name, _reader.Text());
            return true;
        }
    }
}
