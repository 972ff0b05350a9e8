using AppProxy.Connector.Http1;
using AppProxy.Contracts.Frames;

namespace AppProxy.Fuzz.Targets;

/// <summary>
/// Reads what an app may answer. What is wrong is said by <see cref="Http1Error"/>; nothing may throw, and a response must read the same wherever
/// it is cut on its way.
/// </summary>
internal static class Http1Targets
{
    private const int MaxHead = 2048;

    public static void ReadResponse(ReadOnlySpan<byte> input)
    {
        var whole = Read(input, input.Length);
        foreach (var piece in (ReadOnlySpan<int>)[1, 7])
        {
            var cut = Read(input, piece);
            if (cut != whole)
            {
                throw new InvalidOperationException($"At once it reads as {whole}, and {piece} by {piece} as {cut}.");
            }
        }
    }

    private static Reading Read(ReadOnlySpan<byte> input, int piece)
    {
        var head = new ResponseHeadReader(MaxHead);
        var progress = ReadProgress.NeedsMore;
        for (var end = Math.Min(piece, input.Length); progress == ReadProgress.NeedsMore; end = Math.Min(end + piece, input.Length))
        {
            progress = head.Read(input[..end]);
            if (end == input.Length)
            {
                break;
            }
        }

        if (progress != ReadProgress.Done)
        {
            return new Reading(head.Error, 0, 0, 0, 0, false);
        }

        var hash = default(HashCode);
        hash.AddBytes(head.Reason(input));
        Walk(head.Fields(input), ref hash);
        return head.IsChunked
            ? ReadChunks(input[head.Length..], piece, head, hash)
            : new Reading(Http1Error.None, head.Status, head.Length, head.ContentLength, hash.ToHashCode(), true);
    }

    private static Reading ReadChunks(ReadOnlySpan<byte> input, int piece, in ResponseHeadReader head, HashCode hash)
    {
        var chunks = new ChunkedDecoder(MaxHead);
        var body = new byte[input.Length];
        var position = 0;
        var length = 0;
        while (position < input.Length && !chunks.IsEnded)
        {
            // In place, as the connection does it.
            var rest = body.AsSpan(length, Math.Min(piece, input.Length - position));
            input.Slice(position, rest.Length).CopyTo(rest);
            if (!chunks.TryDecode(rest, rest, out var consumed, out var written))
            {
                return new Reading(chunks.Error, 0, 0, 0, 0, false);
            }

            if (written > consumed || (consumed < rest.Length && !chunks.IsEnded))
            {
                throw new InvalidOperationException($"{written} octets came of {consumed} out of {rest.Length}.");
            }

            position += consumed;
            length += written;
        }

        hash.AddBytes(body.AsSpan(0, length));
        if (chunks.IsEnded)
        {
            Walk(chunks.Trailers, ref hash);
        }

        return new Reading(Http1Error.None, head.Status, position, length, hash.ToHashCode(), chunks.IsEnded);
    }

    private static void Walk(FieldSection fields, ref HashCode hash)
    {
        foreach (var line in fields)
        {
            if (!FieldSyntax.IsToken(line.Name) || !FieldSyntax.IsValue(line.Value))
            {
                throw new InvalidOperationException("A field passed that is none.");
            }

            hash.AddBytes(line.Name);
            hash.AddBytes(line.Value);
            fields.IsNamedByConnection(line.Name);
        }
    }

    private readonly record struct Reading(Http1Error Error, int Status, int Consumed, long Length, int Hash, bool IsWhole);
}
