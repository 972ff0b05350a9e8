using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using AppProxy.Tests.EndToEnd;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Connector.Http1;

/// <summary>The same octets to our client and to the library's: where they differ, it is on purpose and listed here.</summary>
[TestFixture]
internal sealed partial class SocketsHttpHandlerComparisonTests
{
    private const int Guard = 10_000;
    private const string Refused = "refused";

    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "200 OK => ok")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200 OK => ")]
    [TestCase("HTTP/1.1 200 OK\r\n\r\nok", "200 OK => ok")]
    [TestCase("HTTP/1.0 200 OK\r\n\r\nok", "200 OK => ok")]
    [TestCase("HTTP/1.1 299 Own words\r\nContent-Length: 0\r\n\r\n", "299 Own words => ")]
    [TestCase("HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n", "404  => ")]
    [TestCase("HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", "404  => ")]
    [TestCase("HTTP/1.1 204 None\r\n\r\n", "204 None => ")]
    [TestCase("HTTP/1.1 304 Same\r\nContent-Length: 5\r\n\r\n", "304 Same => ")]
    [TestCase("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "200 OK => ok")]
    [TestCase("HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "200 OK => ok")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "200 OK => ok")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nX-Sum: 42\r\n\r\n", "200 OK => ok|X-Sum=42")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0002  \r\nok\r\n000\r\n\r\n", "200 OK => ok")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", "200 OK => ok")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok", Refused)]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", Refused)]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", Refused)]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokX\r\n0\r\n\r\n", Refused)]
    [TestCase("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", Refused)]
    [TestCase("HTTP/1.1 200 OK\r\n: x\r\n\r\n", Refused)]
    [TestCase("HTTP/1.1 2x0 OK\r\n\r\n", Refused)]
    [TestCase("HTTP/1.1 20\r\n\r\n", Refused)]
    [TestCase("ICY 200 OK\r\n\r\n", Refused)]
    [TestCase("", Refused)]
    [TestCase("HTTP/1.1 200 OK\r\nX: 1\r\n", Refused)]
    [CancelAfter(Guard)]
    public async Task Both_read_the_same(string answer, string expected, CancellationToken cancellation)
    {
        (await OursAsync(answer, cancellation)).Should().Be(expected);
        (await TheirsAsync(answer, cancellation)).Should().Be(expected);
    }

    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "200 OK => ok", TestName = "Two lengths: one of them is a lie")]
    [TestCase("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "200 OK => ok", TestName = "HTTP/1.0 knows no chunks")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "200 OK => ok", TestName = "A coding that we would have to undo")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nok", "200 OK => ok", TestName = "A coding that is none any more")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!", "200 OK => ok", TestName = "Lengths that differ")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nok", "200 OK => ok", TestName = "A length that is no number")]
    [TestCase("HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "200 OK => ok", TestName = "Lines that end by LF alone")]
    [TestCase("HTTP/1.1 200 OK\r\nX: 1\r\n folded\r\nContent-Length: 2\r\n\r\nok", "200 OK => ok", TestName = "Folded lines")]
    [TestCase("HTTP/1.1 200 OK\r\nX : 1\r\nContent-Length: 2\r\n\r\nok", "200 OK => ok", TestName = "A space ahead of the colon")]
    [TestCase("HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\nok", "200 OK => ok", TestName = "NUL in a value")]
    [TestCase("HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 2\r\n\r\nok", "200 OK => ok", TestName = "CR in a value")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\nok\n0\n\n", "200 OK => ok", TestName = "Chunks that end by LF alone")]
    [CancelAfter(Guard)]
    public async Task We_refuse_what_another_recipient_could_read_differently(string answer, string theirs, CancellationToken cancellation)
    {
        (await OursAsync(answer, cancellation)).Should().Be(Refused);
        (await TheirsAsync(answer, cancellation)).Should().Be(theirs);
    }

    private static async Task<string> OursAsync(string answer, CancellationToken cancellation)
    {
        await using var app = Http1Call.Answering(answer, closes: true);
        using var call = new Http1Call(app.Url);
        var text = await call.GetAsync(cancellation);
        return text.Contains(" => ", StringComparison.Ordinal) ? FieldsOfHead().Replace(text, " => ") : Refused;
    }

    private static async Task<string> TheirsAsync(string answer, CancellationToken cancellation)
    {
        await using var app = Http1Call.Answering(answer, closes: true);
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None, UseCookies = false, UseProxy = false });
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, app.Url);
            using var response = await client.SendAsync(request, cancellation);
            var body = await response.Content.ReadAsByteArrayAsync(cancellation);
            var trailers = string.Concat(response.TrailingHeaders.Select(trailer => $"|{trailer.Key}={string.Join(',', trailer.Value)}"));
            return $"{(int)response.StatusCode} {response.ReasonPhrase} => {Encoding.Latin1.GetString(body)}{trailers}";
        }
        catch (HttpRequestException)
        {
            return Refused;
        }
    }

    [GeneratedRegex(@"\|.*? => ")]
    private static partial Regex FieldsOfHead();
}
