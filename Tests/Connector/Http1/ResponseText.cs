using System.Text;
using AppProxy.Connector.Http1;

namespace AppProxy.Tests.Connector.Http1;

/// <summary>Reads a whole response from octets that arrive in pieces, by the readers alone.</summary>
internal static class ResponseText
{
    /// <summary>What was read, or the error, as one line of text; pieces end at the offsets in <paramref name="cuts"/>.</summary>
    public static string Read(byte[] octets, params int[] cuts)
    {
        var head = new ResponseHeadReader(64 * 1024);
        ChunkedDecoder? chunks = null;
        var body = new MemoryStream();
        var text = new StringBuilder();
        var position = 0;
        foreach (var end in cuts.Append(octets.Length))
        {
            if (head.Length == 0)
            {
                var progress = head.Read(octets.AsSpan(0, end));
                if (progress == ReadProgress.Failed)
                {
                    return head.Error.ToString();
                }

                if (progress == ReadProgress.NeedsMore)
                {
                    continue;
                }

                position = head.Length;
                text.Append(head.Status).Append(' ').Append(Encoding.Latin1.GetString(head.Reason(octets)));
                Append(text, head.Fields(octets));
                chunks = head.IsChunked ? new ChunkedDecoder(1024) : null;
            }

            if (chunks is null)
            {
                body.Write(octets.AsSpan(position, end - position));
                position = end;
            }
            else
            {
                var decoded = new byte[end - position];
                if (!chunks.TryDecode(octets.AsSpan(position, end - position), decoded, out var consumed, out var written))
                {
                    return chunks.Error.ToString();
                }

                body.Write(decoded.AsSpan(0, written));
                position += consumed;
            }
        }

        if (head.Length == 0)
        {
            return "unfinished head";
        }

        text.Append(" => ").Append(Encoding.Latin1.GetString(body.ToArray()));
        if (chunks is { IsEnded: true })
        {
            Append(text, chunks.Trailers);
            return text.Append(" + ").Append(octets.Length - position).ToString();
        }

        return text.Append(chunks is null ? "" : " unfinished").ToString();
    }

    private static void Append(StringBuilder text, FieldSection fields)
    {
        foreach (var line in fields)
        {
            text.Append('|').Append(Encoding.Latin1.GetString(line.Name)).Append('=').Append(Encoding.Latin1.GetString(line.Value));
        }
    }
}
