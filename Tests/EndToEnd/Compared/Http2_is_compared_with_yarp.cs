using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AppProxy.Testing;
using AppProxy.Tests.Architecture;
using FluentAssertions;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Compared;

/// <summary>The same through HTTP/2 in front: its fields and framing are others, so what the app gets and what the client is told stand in a list of their own.</summary>
public sealed class Http2_is_compared_with_yarp : EndToEndTest
{
    private const int LongGuard = 120_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private static readonly SearchValues<char> NotInUrls = SearchValues.Create("#\"<>{}|\\^`[]");

    [Test, CancelAfter(LongGuard)]
    public async Task Every_difference_is_a_listed_improvement(CancellationToken cancellation)
    {
        var list = new DifferenceList(Path.Combine(Repository.Root, "Tests", "EndToEnd", "Compared", "Http2Differences.approved.txt"));
        var app = Use(new ScriptedApp());
        await using var yarp = await YarpProxy.StartAsync(app.Url, HttpProtocols.Http2, cancellation);
        var relay = await StartAsync(
            o =>
            {
                o.Front = TestProtocol.Http2;
                o.Publish("app", app.Url);
            },
            cancellation);
        using var toYarp = CreateClient(yarp);
        using var toRelay = relay.CreateClient("app");
        foreach (var test in ComparedCases.All().Where(IsHttp2))
        {
            app.Answer(test.Answer);
            list.Compare(test.Name, await RunAsync(app, test, toYarp, cancellation), await RunAsync(app, test, toRelay, cancellation));
        }

        list.Verify();
    }

    /// <summary>What can be said in HTTP/2, and by a client that knows URLs.</summary>
    private static bool IsHttp2(ComparedCase test) =>
        !test.Fields.Contains("Connection", StringComparison.OrdinalIgnoreCase) && !test.Fields.Contains("TE:", StringComparison.Ordinal)
        && !test.Fields.Contains("Trailer:", StringComparison.Ordinal) && !test.Name.StartsWith("head/expect", StringComparison.Ordinal)
        && !test.Body.Contains("X-Sum", StringComparison.Ordinal)
        && test.Target is ['/', ..] && !test.Target.AsSpan().ContainsAny(NotInUrls);

    private static HttpClient CreateClient(YarpProxy yarp)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
#pragma warning disable CA2262 // Kilobytes are meant.
            MaxResponseHeadersLength = 1024,
#pragma warning restore CA2262
        };
        return new HttpClient(handler)
        {
            BaseAddress = yarp.Url,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    private static async Task<SortedDictionary<string, string>> RunAsync(ScriptedApp app, ComparedCase test, HttpClient client, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        RawMessage? response = null;
        try
        {
            using var answer = await client.SendAsync(Request(test, client.BaseAddress!), both.Token);
            response = await ReadAsync(answer, both.Token);
        }
        catch (Exception none) when (none is HttpRequestException or OperationCanceledException or SocketException)
        {
            cancellation.ThrowIfCancellationRequested();
        }

        return ObservedExchange.Of(app.Take(), response);
    }

    private static HttpRequestMessage Request(ComparedCase test, Uri proxy)
    {
        var raw = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        var request = new HttpRequestMessage(new HttpMethod(test.Method), new Uri(proxy.GetLeftPart(UriPartial.Authority) + test.Target, in raw))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var hasLength = test.Fields.Contains("Content-Length: 5\r\n", StringComparison.Ordinal) && !test.Name.StartsWith("head/underscore/GET", StringComparison.Ordinal);
        if (test.Fields.Contains("chunked", StringComparison.Ordinal) || hasLength || test.Fields.Contains("Content-Length: 0\r\n", StringComparison.Ordinal))
        {
            request.Content = new ByteArrayContent(test.Fields.Contains("Content-Length: 0", StringComparison.Ordinal) || test.Body.StartsWith("0\r\n", StringComparison.Ordinal) ? [] : "hello"u8.ToArray());
        }

        foreach (var (name, value) in RawMessage.Fields(test.Fields).Where(field => field.Name is not ("Content-Length" or "Transfer-Encoding")))
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                (request.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(name, value);
            }
        }

        return request;
    }

    /// <summary>In the form of a raw message, so that it is shown in the same way.</summary>
    private static async Task<RawMessage> ReadAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
        var head = $"{(int)answer.StatusCode}\r\n{Lines(answer.Headers)}{Lines(answer.Content.Headers)}";
        return new RawMessage(head, "stream", Encoding.Latin1.GetString(body), Lines(answer.TrailingHeaders), "");
    }

    private static string Lines(System.Net.Http.Headers.HttpHeaders headers) =>
        string.Concat(headers.NonValidated.SelectMany(field => field.Value.Select(value => $"{field.Key}: {value}\r\n")));
}
