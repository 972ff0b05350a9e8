using System.Text;
using AppProxy.Contracts.Frames;

namespace AppProxy.Tests.Contracts.Frames.Models;

/// <summary>Field lines as values that can be compared. Characters stand for octets (ISO 8859-1).</summary>
internal sealed class FieldList(params (string Name, string Value)[] lines) : IFieldSource, IEquatable<FieldList>
{
    public static FieldList Read(ReadOnlySpan<byte> section)
    {
        if (FieldLines.TryRead(section, out var lines) is var error and not FrameError.None)
        {
            throw new InvalidDataException($"Field section: {error}");
        }

        var list = new List<(string, string)>();
        foreach (var line in lines)
        {
            list.Add((Encoding.Latin1.GetString(line.Name), Encoding.Latin1.GetString(line.Value)));
        }

        return new FieldList([.. list]);
    }

    public int WriteTo(FrameBuffer frame)
    {
        foreach (var (name, value) in lines)
        {
            frame.Field(name, value);
        }

        return lines.Length;
    }

    public bool Equals(FieldList? other) => other is not null && lines.AsSpan().SequenceEqual(other.Lines);

    public override bool Equals(object? obj) => Equals(obj as FieldList);

    public override int GetHashCode() => lines.Length;

    public override string ToString() => string.Join(" | ", lines.Select(static line => $"{line.Name}: {line.Value}"));

    private ReadOnlySpan<(string Name, string Value)> Lines => lines;
}
