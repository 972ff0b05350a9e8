using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace AppProxy.Connector.Http1;

/// <summary>Field lines as they came from the app, checked already by the reader that found them. A view.</summary>
internal readonly ref struct FieldSection(ReadOnlySpan<byte> octets)
{
    private readonly ReadOnlySpan<byte> _octets = octets;

    /// <summary>Octets in all.</summary>
    public int Length => _octets.Length;

    public Enumerator GetEnumerator() => new(_octets);

    /// <summary>Whether a Connection field names <paramref name="name"/>, which is then of this connection only.</summary>
    public bool IsNamedByConnection(ReadOnlySpan<byte> name)
    {
        foreach (var line in this)
        {
            if (Is(line.Name, "Connection"u8) && Lists(line.Value, name))
            {
                return true;
            }
        }

        return false;
    }

    public static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> field) => Ascii.EqualsIgnoreCase(name, field);

    public static bool Lists(ReadOnlySpan<byte> list, ReadOnlySpan<byte> option)
    {
        foreach (var part in list.Split((byte)','))
        {
            if (Is(HeadSyntax.Trim(list[part]), option))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>One name and its value.</summary>
    public readonly ref struct Line(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        public ReadOnlySpan<byte> Name { get; } = name;

        public ReadOnlySpan<byte> Value { get; } = value;
    }

    [SuppressMessage("Performance", "CA1815", Justification = "An enumerator is not compared.")]
    public ref struct Enumerator(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        public Line Current { get; private set; }

        public bool MoveNext()
        {
            var end = _rest.IndexOf((byte)'\n');
            if (end < 0)
            {
                return false;
            }

            var line = _rest[..(end - 1)];
            _rest = _rest[(end + 1)..];
            var colon = line.IndexOf((byte)':');
            Current = new Line(line[..colon], HeadSyntax.Trim(line[(colon + 1)..]));
            return true;
        }
    }
}
