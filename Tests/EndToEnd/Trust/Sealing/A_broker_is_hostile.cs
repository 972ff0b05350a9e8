using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Contracts.Transport;
using AppProxy.Testing;
using AppProxy.Tests.Contracts.Identity.Sealing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Trust.Sealing;

/// <summary>
/// Whatever a broker of somebody else's does with what it carries: a client gets the right answer or an error, never a wrong or a mixed one; nothing
/// runs twice that must not; and it is noticed. So with connectors that enrolled, each with a key of its own, and with those that have the group's.
/// </summary>
[TestFixture(true)]
[TestFixture(false)]
internal sealed class A_broker_is_hostile(bool areEnrolled) : EndToEndTest
{
    private const int Long = 90_000;

    private static readonly string Requests = EntityNames.Requests("default");
    private static readonly string Uplinks = EntityNames.Uplinks("default");
    private static readonly string Replies = EntityNames.Replies("default");

    private readonly ConcurrentDictionary<string, int> _posts = new();
    private HostileBroker _broker = null!;

    [Test, CancelAfter(Long)]
    public async Task It_reads_nothing(CancellationToken cancellation)
    {
        var proxy = await StartAsync(cancellation);
        using var client = proxy.CreateClient("app");
        client.DefaultRequestHeaders.Add("X-Secret", "sesame-in-a-header");

        using var answer = await client.PostAsync("/echo/sesame-in-a-path", new StringContent(string.Concat(Enumerable.Repeat("sesame-in-a-body ", 10_000))), cancellation);

        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Contain("sesame-in-a-body");
        (await client.GetStringAsync("/get/sesame", cancellation)).Should().Be(AnswerTo("/get/sesame"));
        _broker.Seen.Should().Contain(static crossing => crossing.Queue == Requests).And.Contain(static crossing => crossing.Queue == Uplinks).And.Contain(static crossing => crossing.Queue == Replies);
        foreach (var known in (string[])["sesame", "POST", "GET", "X-Secret", "127.0.0.1", "text/plain", "app.localhost"])
        {
            _broker.Seen.Where(crossing => crossing.Body.AsSpan().IndexOf(Encoding.ASCII.GetBytes(known)) >= 0).Should().BeEmpty(known);
        }
    }

    [TestCase("alters", "Forged")]
    [TestCase("drops", null)]
    [TestCase("repeats", "Replayed")]
    [TestCase("reorders", null)]
    [TestCase("replays", "Replayed")]
    [TestCase("swaps sessions", "Forged")]
    [TestCase("swaps directions", "Forged")]
    [TestCase("mixes two messages", "Forged")]
    [TestCase("lets one speak as another", "Forged")]
    [TestCase("brings another group's", "UnknownKey")]
    [TestCase("makes up its own", "NotSealed")]
    [CancelAfter(Long)]
    public async Task Clients_get_the_right_answer_or_an_error_when_it(string attack, string? fault, CancellationToken cancellation)
    {
        var proxy = await StartAsync(cancellation);
        using var client = proxy.CreateClient("app");
        (await client.GetStringAsync("/get/before", cancellation)).Should().Be(AnswerTo("/get/before"));

        _broker.Meddle = Attack(attack);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 60).Select(number => number % 3 == 0 ? PostAsync(client, number, cancellation) : GetAsync(client, number, cancellation)));
        _broker.Meddle = static crossing => [crossing];

        outcomes.Should().NotContain(Outcome.Wrong);
        outcomes.Should().Contain(Outcome.Right);
        _posts.Should().OnlyContain(static post => post.Value == 1, "what must not run twice does not");
        if (fault is not null)
        {
            await Log.WaitForAsync(entry => entry.EventId == 1011 && entry.Text.Contains(fault, StringComparison.Ordinal), cancellation);
        }

        (await client.GetStringAsync("/get/after", cancellation)).Should().Be(AnswerTo("/get/after"), "nothing is hurt for good");
    }

    [Test, CancelAfter(Long)]
    public async Task A_whole_conversation_played_again_runs_nothing_that_must_not_run_twice(CancellationToken cancellation)
    {
        var proxy = await StartAsync(cancellation);
        using var client = proxy.CreateClient("app");
        (await PostAsync(client, 1, cancellation)).Should().Be(Outcome.Right);
        var before = _broker.Seen.ToArray();

        foreach (var crossing in before)
        {
            _broker.Send(crossing);
        }

        await Log.WaitForAsync(static entry => entry.EventId == 1011 && entry.Text.Contains("Replayed", StringComparison.Ordinal), cancellation);
        (await PostAsync(client, 2, cancellation)).Should().Be(Outcome.Right);
        _posts.Should().OnlyContain(static post => post.Value == 1);
    }

    private static string AnswerTo(string path) => "the answer to " + path + string.Concat(Enumerable.Repeat(path, 50));

    private static string BodyOf(int number) => string.Concat(Enumerable.Repeat(number.ToString("D6", CultureInfo.InvariantCulture) + ",", 20_000));

    private static byte[] Altered(byte[] body, int number)
    {
        var altered = body.ToArray();
        altered[(number * 7919) % altered.Length] ^= (byte)(1 << (number % 8));
        return altered;
    }

    private static async Task<Outcome> OutcomeAsync(Task<HttpResponseMessage> sent, string expected, CancellationToken cancellation)
    {
        try
        {
            using var answer = await sent;
            return answer.StatusCode != HttpStatusCode.OK ? Outcome.Failed : await answer.Content.ReadAsStringAsync(cancellation) == expected ? Outcome.Right : Outcome.Wrong;
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            return Outcome.Failed;
        }
    }

    private static Task<Outcome> GetAsync(HttpClient client, int number, CancellationToken cancellation)
    {
        var path = FormattableString.Invariant($"/get/{number}");
        return OutcomeAsync(client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellation), AnswerTo(path), cancellation);
    }

    private static Task<Outcome> PostAsync(HttpClient client, int number, CancellationToken cancellation)
    {
        var body = BodyOf(number);
        return OutcomeAsync(client.PostAsync(FormattableString.Invariant($"/echo/{number}"), new StringContent(body), cancellation), body, cancellation);
    }

    /// <summary>Every so many messages something happens; the first of each kind pass, so that conversations begin.</summary>
    private Func<Crossing, IEnumerable<Crossing>> Attack(string name)
    {
        var count = 0;
        Crossing? held = null;
        var random = new Random(1);
        var foreign = new GroupSeal("other", new TestKeys(GroupSecret.Create(), isGateway: true, TimeProvider.System), new Uncounted(), NullLogger.Instance).CreateSealer(Requests);
        return crossing =>
        {
            count++;
            var isDue = count % 9 == 0;
            switch (name)
            {
                case "alters":
                    return [isDue ? crossing with { Body = Altered(crossing.Body, count) } : crossing];
                case "drops":
                    return isDue ? [] : [crossing];
                case "repeats":
                    return [crossing, crossing];
                case "reorders" when held is { } earlier:
                    held = null;
                    return [crossing, earlier];
                case "reorders" when isDue:
                    held = crossing;
                    return [];
                case "replays":
                    var seen = _broker.Seen.ToArray();
                    return [crossing, seen[random.Next(seen.Length)]];
                case "swaps sessions" when crossing.Queue == Uplinks && isDue:
                    return [crossing with { SessionId = _broker.UplinkSessions.First(session => session != crossing.SessionId) }];
                case "swaps directions" when isDue:
                    return
                    [
                        crossing, crossing with { Queue = Requests, SessionId = null }, crossing with { Queue = Uplinks, SessionId = _broker.UplinkSessions.First() },
                        crossing with { Queue = Replies, SessionId = _broker.Seen.First(static reply => reply.Queue == Replies).SessionId },
                    ];
                case "mixes two messages" when isDue:
                    var other = _broker.Seen.Last(one => one.Queue == crossing.Queue && one != crossing).Body;
                    return [crossing with { Body = [.. crossing.Body[..SealedHeader.Size], .. other[SealedHeader.Size..]] }];
                case "lets one speak as another" when crossing.Queue == Replies:
                    return [crossing with { Body = SaidBy(AnotherThan(crossing), crossing.Body) }, crossing];
                case "brings another group's" when isDue:
                    var foreignBody = new byte[100 + SealedHeader.Overhead];
                    foreign.TrySeal(new byte[100], null, foreignBody);
                    return [crossing, new Crossing(Requests, null, foreignBody)];
                case "makes up its own" when isDue:
                    using (var plain = new FrameBuffer(100))
                    {
                        plain.Reset(new ExchangeId(1, (ulong)count), default, 0, 1);
                        return [crossing, crossing with { Body = plain.WrittenSpan.ToArray() }];
                    }

                default:
                    return [crossing];
            }
        };
    }

    private static byte[] SaidBy(Guid connector, byte[] body)
    {
        SealedHeader.TryRead(body, out var header).Should().BeTrue();
        var altered = body.ToArray();
        (header with { Connector = connector }).Write(altered);
        return altered;
    }

    /// <summary>Another connector that is at work; or where they have no keys of their own, anybody.</summary>
    private Guid AnotherThan(Crossing crossing)
    {
        SealedHeader.TryRead(crossing.Body, out var own).Should().BeTrue();
        return _broker.Seen.Where(static seen => seen.Queue == Replies).Select(static seen => SealedHeader.TryRead(seen.Body, out var header) ? header.Connector : Guid.Empty)
            .FirstOrDefault(other => other != own.Connector, Guid.NewGuid());
    }

    private async Task<TestEnvironment> StartAsync(CancellationToken cancellation)
    {
        // What it loses for good ends exchanges, and that is told.
        ExpectErrors(3102);
        _broker = Use(await HostileBroker.StartAsync(cancellation));
        return await StartAsync(
            options =>
            {
                options.Connectors = 2;
                options.ServiceBus = _broker.ForGateways;
                options.Enrolls = areEnrolled;
                if (areEnrolled)
                {
                    options.ConnectorServiceBus = _broker.ForConnectors;
                    foreach (var name in (string[])["RequestsKey", "UplinksKey", "RepliesKey"])
                    {
                        options.GatewaySettings[$"Gateway:ServiceBusRules:default:{name}"] = HostileBroker.Key;
                    }
                }
                else
                {
                    options.ConnectorSettings["Connector:Broker:ConnectionString"] = _broker.ForConnectors;
                }

                options.Relay["waitForConnector"] = "00:00:05";
                options.Publish("app", async context =>
                {
                    if (HttpMethods.IsPost(context.Request.Method))
                    {
                        _posts.AddOrUpdate(context.Request.Path.Value!, 1, static (_, before) => before + 1);
                        await context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
                        return;
                    }

                    await context.Response.WriteAsync(AnswerTo(context.Request.Path.Value!), context.RequestAborted);
                });
            },
            cancellation);
    }

    private enum Outcome
    {
        Right,
        Failed,
        Wrong,
    }

    private sealed class Uncounted : IRefusalCounter
    {
        public void Refused(string group, string queue, SealingFault fault)
        {
        }
    }
}
