namespace AppProxy.Connector.Http1;

/// <summary>Writes pieces of a head one behind the other. Whoever makes it has reckoned the room.</summary>
internal ref struct OctetWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int Length { get; private set; }

    public void Write(scoped ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(_destination[Length..]);
        Length += octets.Length;
    }

    public void Write(string latin1) => Length += System.Text.Encoding.Latin1.GetBytes(latin1, _destination[Length..]);

    public void Write(long number)
    {
        System.Buffers.Text.Utf8Formatter.TryFormat(number, _destination[Length..], out var written);
        Length += written;
    }

    public void Field(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value)
    {
        Write(name);
        Write(": "u8);
        Write(value);
        Write("\r\n"u8);
    }
}
