using System.Text;
using AppProxy.Connector.Http1;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Connector.Http1;

[TestFixture]
internal sealed class ResponseReadingTests
{
    [TestCase("HTTP/1.1 200 OK\r\nX: 1\r\nx: 2\r\n\r\nbody", "200 OK|X=1|x=2 => body")]
    [TestCase("HTTP/1.1 404 \r\n\r\n", "404  => ")]
    [TestCase("HTTP/1.1 404\r\n\r\n", "404  => ")]
    [TestCase("HTTP/1.0 299 Own  words\r\nA:b\r\n\r\n", "299 Own  words|A=b => ")]
    [TestCase("HTTP/1.1 200 OK\r\nX: \t  v a l \t\r\nEmpty:\r\n\r\n", "200 OK|X=v a l|Empty= => ")]
    [TestCase("HTTP/1.1 200 Gr\u00fc\u00df\r\nX: \u00ff\u0080\r\n\r\n", "200 Gr\u00fc\u00df|X=\u00ff\u0080 => ")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n4\r\nWiki\r\n5;a=b;c=\"d\"\r\npedia\r\n0\r\n\r\n", "200 OK|Transfer-Encoding=Chunked => Wikipedia + 0")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n00a  \r\n0123456789\r\n000\r\nX-Sum: 1 \r\ny:\r\n\r\nHTTP/1.1", "200 OK|Transfer-Encoding=chunked => 0123456789|X-Sum=1|y= + 8")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "200 OK|Transfer-Encoding=chunked => ab unfinished")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", "200 OK|Content-Length=5|Content-Length=5 => ")]
    [TestCase("HTTP/1.1 200 OK\r\nX", "unfinished head")]
    public void A_response_reads_the_same_wherever_it_is_cut(string response, string expected) => ReadCut(response).Should().OnlyContain(read => read == expected);

    [TestCase("SSH-2.0-OpenSSH\r\n", "StatusLine")]
    [TestCase("HTTP/2 200 OK\r\n", "StatusLine")]
    [TestCase("HTTP/1.1 20 OK\r\n", "StatusLine")]
    [TestCase("HTTP/1.1 2000 OK\r\n", "StatusLine")]
    [TestCase("HTTP/1.1  200 OK\r\n", "StatusLine")]
    [TestCase("HTTP/1.1 099 OK\r\n", "StatusLine")]
    [TestCase("http/1.1 200 OK\r\n", "StatusLine")]
    [TestCase("HTTP/1.1 200 a\u0001b\r\n", "StatusLine")]
    [TestCase("\r\nHTTP/1.1 200 OK\r\n", "StatusLine")]
    [TestCase("HTTP/1.1 200 OK\n\n", "LineEnd")]
    [TestCase("HTTP/1.1 200 a\rb\r\n", "LineEnd")]
    [TestCase("HTTP/1.1 200 OK\r\nX: 1\nY: 2\r\n\r\n", "LineEnd")]
    [TestCase("HTTP/1.1 200 OK\r\nX: 1\r\n\n", "LineEnd")]
    [TestCase("HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n", "LineEnd")]
    [TestCase("HTTP/1.1 200 OK\r\nX: 1\r\n folded\r\n\r\n", "Folding")]
    [TestCase("HTTP/1.1 200 OK\r\n\tX: 1\r\n\r\n", "Folding")]
    [TestCase("HTTP/1.1 200 OK\r\nX : 1\r\n\r\n", "FieldName")]
    [TestCase("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "FieldName")]
    [TestCase("HTTP/1.1 200 OK\r\n: 1\r\n\r\n", "FieldName")]
    [TestCase("HTTP/1.1 200 OK\r\nX(y): 1\r\n\r\n", "FieldName")]
    [TestCase("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", "FieldValue")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", "ContentLength")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n", "ContentLength")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n", "ContentLength")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "ContentLength")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\n", "ContentLength")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", "ContentLength")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n", "ContentLength")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "TransferEncoding")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n", "TransferEncoding")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n\r\n", "TransferEncoding")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "TransferEncoding")]
    [TestCase("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "TransferEncoding")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", "AmbiguousLength")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n", "AmbiguousLength")]
    [TestCase("{chunked}x\r\n", "Chunk")]
    [TestCase("{chunked}\r\n", "Chunk")]
    [TestCase("{chunked}-1\r\n", "Chunk")]
    [TestCase("{chunked} 5\r\nhello\r\n", "Chunk")]
    [TestCase("{chunked}0x5\r\nhello\r\n", "Chunk")]
    [TestCase("{chunked}5 x\r\nhello\r\n", "Chunk")]
    [TestCase("{chunked}5\nhello\r\n", "Chunk")]
    [TestCase("{chunked}5\rhello\r\n", "Chunk")]
    [TestCase("{chunked}5;a\nhello\r\n", "Chunk")]
    [TestCase("{chunked}5\r\nhello0\r\n", "Chunk")]
    [TestCase("{chunked}5\r\nhello\n0\r\n", "Chunk")]
    [TestCase("{chunked}8000000000000000\r\n", "Chunk")]
    [TestCase("{chunked}00000000000000005\r\nhello\r\n", "Chunk")]
    [TestCase("{chunked}0\r\nX: 1\n\r\n", "LineEnd")]
    [TestCase("{chunked}0\r\n\n", "LineEnd")]
    [TestCase("{chunked}0\r\nX : 1\r\n\r\n", "FieldName")]
    [TestCase("{chunked}0\r\nX: 1\r\n 2\r\n\r\n", "Folding")]
    public void What_another_reader_could_read_differently_is_refused_wherever_it_is_cut(string response, string error) =>
        ReadCut(response.Replace("{chunked}", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", StringComparison.Ordinal)).Should().OnlyContain(read => read == error);

    [Test]
    public void A_head_may_be_so_long_and_no_longer([Values] bool byByte)
    {
        var longest = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nX: " + new string('x', 976) + "\r\n\r\n");

        Read(longest, 999, byByte).Should().Be(Http1Error.HeadTooLarge);
        Read(longest, 1000, byByte).Should().Be(Http1Error.None);
        longest.Length.Should().Be(1000);
    }

    [Test]
    public void A_line_without_an_end_is_not_waited_for_for_ever()
        => Read(Encoding.ASCII.GetBytes("HTTP/1.1 200 " + new string('x', 2000)), 1000, byByte: true).Should().Be(Http1Error.HeadTooLarge);

    [Test]
    public void Trailers_may_be_so_long_and_no_longer()
    {
        var decoder = new ChunkedDecoder(100);

        decoder.TryDecode(Encoding.ASCII.GetBytes("0\r\nX: " + new string('x', 200)), new byte[300], out _, out _).Should().BeFalse();
        decoder.Error.Should().Be(Http1Error.HeadTooLarge);
    }

    [TestCase("HTTP/1.1 200 OK\r\n\r\n", true)]
    [TestCase("HTTP/1.1 200 OK\r\nConnection: x, Close\r\n\r\n", false)]
    [TestCase("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", false)]
    [TestCase("HTTP/1.0 200 OK\r\n\r\n", false)]
    [TestCase("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n", true)]
    public void The_head_says_whether_the_connection_goes_on(string head, bool keepsAlive)
    {
        var reader = new ResponseHeadReader(1000);
        reader.Read(Encoding.ASCII.GetBytes(head)).Should().Be(ReadProgress.Done);

        reader.KeepsAlive.Should().Be(keepsAlive);
    }

    [Test]
    public void Chunks_are_moved_together_in_place()
    {
        var octets = Encoding.ASCII.GetBytes("4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\nstray");
        var decoder = new ChunkedDecoder(100);

        decoder.TryDecode(octets, octets, out var consumed, out var written).Should().BeTrue();

        Encoding.ASCII.GetString(octets, 0, written).Should().Be("Wikipedia");
        decoder.IsEnded.Should().BeTrue();
        (octets.Length - consumed).Should().Be(5);
    }

    private static Http1Error Read(byte[] octets, int limit, bool byByte)
    {
        var reader = new ResponseHeadReader(limit);
        for (var i = byByte ? 0 : octets.Length; i <= octets.Length; i++)
        {
            if (reader.Read(octets.AsSpan(0, i)) != ReadProgress.NeedsMore)
            {
                break;
            }
        }

        return reader.Error;
    }

    /// <summary>Whole, byte by byte, and in two pieces at every position.</summary>
    private static IEnumerable<string> ReadCut(string response)
    {
        var octets = Encoding.Latin1.GetBytes(response);
        yield return ResponseText.Read(octets);
        yield return ResponseText.Read(octets, [.. Enumerable.Range(0, octets.Length)]);
        for (var cut = 0; cut < octets.Length; cut++)
        {
            yield return ResponseText.Read(octets, cut);
        }
    }
}
