namespace AppProxy.Tests.EndToEnd.Compared;

/// <summary>The table: each dimension whole, across a few of the others.</summary>
internal static class ComparedCases
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "REPORT", "x-any!token"];

    private static readonly (string Name, string Fields, string Body)[] Bodies =
    [
        ("none", "", ""),
        ("empty", "Content-Length: 0\r\n", ""),
        ("length", "Content-Length: 5\r\n", "hello"),
        ("chunked", "Transfer-Encoding: chunked\r\n", "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"),
        ("chunked-empty", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        ("chunked-extension", "Transfer-Encoding: chunked\r\n", "5;a=\"b\"\r\nhello\r\n0\r\n\r\n"),
        ("trailers", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\nX-Sum: 42\r\nX-Other: a\r\n\r\n"),
    ];

    private static readonly string[] Targets =
    [
        "/", "/a/b", "/a/", "/a%2Fb", "/a%2fb", "/%41b", "/%7e~", "/%C3%A4", "/%c3%a4", "/%E4", "/a%20b", "/a+b", "//a", "/a//b", "/a//", "/;m=1", "/a;m=1;n=2/b",
        "/a,b(c)'!$*@:=&", "/a%3Fb", "/a%23b", "/a%25b", "/a%252Fb", "/a%5Cb", "/a\\b", "/\"a\"", "/<a>", "/{a}", "/a|b^`", "/[a]", "/a#b", "/%", "/%zz", "/a/./b", "/a/../b", "/a/%2e%2e/b",
        "/a?", "/a?b=c", "/a?b=%2F%26", "/a?b=%41", "/a?b=c%20d+e", "/a?b=?/", "/a?%C3%A4=%e4", "/a?b[]=1", "/a?b={x}|y\\z^`\"<>", "/a?%zz", "/a?b=c&&d", "/a?b=../..", "/?",
        "http://{host}/a%2Fb?c=%2F", "http://{host}", "http://{host}?q", "/long/" + "0123456789", "/q?" + "0123456789",
    ];

    private static readonly (string Name, string Fields)[] Heads =
    [
        ("plain", "X-A: 1\r\n"),
        ("repeated", "X-A: 1\r\nX-B: 2\r\nX-A: 3\r\n"),
        ("repeated-known", "Accept: a/b\r\nAccept: c/d, e/f\r\n"),
        ("case-varies", "X-Case: 1\r\nx-case: 2\r\nX-CASE: 3\r\n"),
        ("lower-case", "x-lower: 1\r\naccept: */*\r\n"),
        ("empty", "X-A:\r\nX-B: \r\n"),
        ("space-around", "X-A: \t 1 \t\r\nX-B:2\r\n"),
        ("space-within", "X-A: a  b\tc\r\n"),
        ("comma-list", "X-A: a,b , c,,d\r\n"),
        ("quotes", "X-A: \"a, b\"; c=\"\\\"\"\r\n"),
        ("latin1", "X-A: Gr\u00fc\u00dfe\r\n"),
        ("utf8", "X-A: Gr\u00c3\u00bc\u00c3\u009fe\r\n"),
        ("high-octets", "X-A: \u0080\u00a0\u00ff\r\n"),
        ("symbols-in-name", "X-!#$%&'*+.^_`|~: 1\r\n"),
        ("underscore", "X_A: 1\r\nContent_Length: 5\r\n"),
        ("long", "X-A: " + "0123456789" + "\r\n"),
        ("hundred-and-fifty", string.Concat(Enumerable.Range(0, 150).Select(i => $"X-{i}: {i}\r\n"))),
        ("cookie", "Cookie: a=1; b=2\r\n"),
        ("cookies-in-lines", "Cookie: a=1\r\nCookie: b=2\r\n"),
        ("accept-encoding", "Accept-Encoding: gzip;q=1.0, *;q=0\r\n"),
        ("user-agent", "User-Agent: (odd) agent/1.0 [x] /\r\n"),
        ("user-agents", "User-Agent: a\r\nUser-Agent: b\r\n"),
        ("referer", "Referer: not a url\r\n"),
        ("authorization", "Authorization: Basic YTpi\r\n"),
        ("authorization-odd", "Authorization: ,=x\r\n"),
        ("conditional", "If-None-Match: \"a\", W/\"b\"\r\nIf-Modified-Since: yesterday\r\n"),
        ("range", "Range: bytes=0-4, 9-\r\n"),
        ("content-type", "Content-Type: text/plain; charset=x\r\n"),
        ("content-fields", "Content-Language: de\r\nContent-Disposition: inline\r\nContent-Encoding: gzip\r\nExpires: 0\r\nLast-Modified: x\r\nAllow: GET\r\n"),
        ("via", "Via: 1.1 a\r\nMax-Forwards: 3\r\n"),
        ("origin", "Origin: null\r\nSec-Fetch-Mode: cors\r\n"),
        ("date", "Date: Tue, 15 Nov 1994 08:12:31 GMT\r\nFrom: a@b\r\n"),
        ("hop-by-hop", "Keep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\nProxy-Authorization: Basic YTpi\r\n"),
        ("te", "TE: trailers\r\n"),
        ("te-list", "TE: trailers, deflate;q=0.5\r\n"),
        ("trailer", "Trailer: X-Sum\r\n"),
        ("connection-names", "Connection: X-Hop\r\nX-Hop: 1\r\n"),
        ("connection-names-known", "Connection: Accept-Language\r\nAccept-Language: de\r\n"),
        ("connection-close-names", "Connection: close, X-Hop\r\nX-Hop: 1\r\n"),
        ("connection-keep-alive-names", "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\n"),
        ("connection-in-lines", "Connection: close\r\nConnection: X-Hop\r\nX-Hop: 1\r\n"),
        ("connection-keep-alive-in-lines", "Connection: keep-alive\r\nConnection: x-hop\r\nX-Hop: 1\r\n"),
        ("connection-close", "Connection: close\r\n"),
        ("expect", "Expect: 100-continue\r\n"),
        ("forwarded", "X-Forwarded-For: 192.0.2.1\r\nForwarded: for=192.0.2.1\r\n"),
        ("x-content-length", "X-Content-Length: 7\r\n"),
    ];

    private static readonly (string Name, string Octets)[] Answers =
    [
        ("length", Ok),
        ("empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        ("chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"),
        ("chunked-empty", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 42\r\nX-Other: a\r\nX-Sum: 43\r\n\r\n"),
        ("trailers-announced", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n"),
        ("trailers-latin1", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: \u00fc\r\n\r\n"),
        ("close", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello"),
        ("http10", "HTTP/1.0 200 OK\r\nX-A: 1\r\n\r\nhello"),
        ("created", "HTTP/1.1 201 Created\r\nLocation: /a%2Fb\r\nContent-Length: 0\r\n\r\n"),
        ("no-content", "HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n"),
        ("reset-content", "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"),
        ("partial", "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/9\r\nContent-Length: 2\r\n\r\nok"),
        ("redirect", "HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\u00e4\r\nContent-Length: 0\r\n\r\n"),
        ("not-modified", "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n"),
        ("not-modified-length", "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nContent-Length: 5\r\n\r\n"),
        ("unauthorized", "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: Basic realm=\"a, b\"\r\nContent-Length: 0\r\n\r\n"),
        ("too-many", "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\nContent-Length: 2\r\n\r\nno"),
        ("server-error", "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\noops"),
        ("bad-gateway", "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\noops"),
        ("own-status", "HTTP/1.1 299 Own\r\nContent-Length: 2\r\n\r\nok"),
        ("own-reason", "HTTP/1.1 404 Nobody home, really\r\nContent-Length: 0\r\n\r\n"),
        ("no-reason", "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok"),
        ("latin1-reason", "HTTP/1.1 200 Sch\u00f6n\r\nContent-Length: 2\r\n\r\nok"),
        ("cookies", "HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2, c\r\nX-A: 1\r\nSet-Cookie: a=3\r\nContent-Length: 0\r\n\r\n"),
        ("repeated", "HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\nX-A: 3,4\r\nContent-Length: 0\r\n\r\n"),
        ("lower-case", "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nx-lower: 1\r\ncontent-length: 0\r\n\r\n"),
        ("empty-value", "HTTP/1.1 200 OK\r\nX-A:\r\nContent-Length: 0\r\n\r\n"),
        ("latin1", "HTTP/1.1 200 OK\r\nX-A: Gr\u00fc\u00dfe\r\nContent-Disposition: attachment; filename=\u00fc.txt\r\nContent-Length: 0\r\n\r\n"),
        ("utf8", "HTTP/1.1 200 OK\r\nX-A: Gr\u00c3\u00bc\u00c3\u009fe\r\nContent-Length: 0\r\n\r\n"),
        ("odd-known-values", "HTTP/1.1 200 OK\r\nContent-Type: not a type\r\nExpires: 0\r\nLast-Modified: never\r\nCache-Control: x y\r\nAge: -1\r\nETag: a\r\nVary: *, a\r\nContent-Length: 0\r\n\r\n"),
        ("symbols-in-name", "HTTP/1.1 200 OK\r\nX-!#$%&'*+.^_`|~: 1\r\nContent-Length: 0\r\n\r\n"),
        ("encoded", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\u001f\u008b\u0000\u00ff"),
        ("hop-by-hop", "HTTP/1.1 200 OK\r\nConnection: X-Hop, keep-alive\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\nProxy-Connection: keep-alive\r\nUpgrade: h2c\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"),
        ("server", "HTTP/1.1 200 OK\r\nServer: own/1\r\nVia: 1.1 b\r\nAlt-Svc: h2=\":1\"\r\nContent-Length: 0\r\n\r\n"),
        ("security", "HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=1\r\nContent-Security-Policy: a\r\nContent-Security-Policy: b\r\nContent-Length: 0\r\n\r\n"),
        ("interim-continue", "HTTP/1.1 100 Continue\r\n\r\n" + Ok),
        ("interim-hints", "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n" + Ok),
        ("many-fields", "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Range(0, 300).Select(i => $"X-{i}: {i}\r\n")) + "Content-Length: 0\r\n\r\n"),
        ("large-head", "HTTP/1.1 200 OK\r\nX-A: " + new string('a', 80_000) + "\r\nContent-Length: 0\r\n\r\n"),
    ];

    public static IEnumerable<ComparedCase> All()
    {
        foreach (var method in Methods)
        {
            foreach (var (name, fields, body) in Bodies)
            {
                yield return new($"method/{method}/{name}", method, "/", fields, body, method == "HEAD" ? OfHead(Ok) : Ok);
            }
        }

        foreach (var target in Targets)
        {
            yield return new(ObservedExchange.Show($"target/GET {target}"), "GET", Long(target), "", "", Ok);
            yield return new(ObservedExchange.Show($"target/POST {target}"), "POST", Long(target), "Content-Length: 5\r\n", "hello", Ok);
        }

        yield return new("target/OPTIONS *", "OPTIONS", "*", "", "", Ok);
        foreach (var (name, fields) in Heads)
        {
            yield return new($"head/{name}/GET", "GET", "/", Long(fields), "", Ok);
            yield return new($"head/{name}/POST", "POST", "/", Long(fields) + "Content-Length: 5\r\n", "hello", Ok);
        }

        foreach (var (name, octets) in Answers)
        {
            yield return new($"answer/{name}/GET", "GET", "/", "", "", octets);
            yield return new($"answer/{name}/HEAD", "HEAD", "/", "", "", OfHead(octets));
            yield return new($"answer/{name}/POST", "POST", "/", "Content-Length: 5\r\n", "hello", octets);
        }
    }

    /// <summary>An answer to HEAD ends with its head.</summary>
    private static string OfHead(string answer)
    {
        var last = answer.StartsWith("HTTP/1.1 1", StringComparison.Ordinal) ? answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4 : 0;
        return answer[..(answer.IndexOf("\r\n\r\n", last, StringComparison.Ordinal) + 4)];
    }

    /// <summary>Names of cases stay short.</summary>
    private static string Long(string text) => text.Replace("0123456789", new string('x', 7_000), StringComparison.Ordinal);
}
