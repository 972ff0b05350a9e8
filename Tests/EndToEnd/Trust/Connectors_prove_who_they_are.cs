using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using AppProxy.Connector.Enrollment;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Keys;
using AppProxy.Testing;
using AppProxy.Tests.Contracts.Transport;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Trust;

[TestFixture]
public sealed class Connectors_prove_who_they_are : EnrollmentTest
{
    private const int KeyShared = 4313;
    private const int KeyRetired = 4314;

    [Test, CancelAfter(Guard)]
    public async Task A_call_is_good_once_for_one_thing_and_for_a_minute(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        await EnrollAsync(proxy, cancellation: cancellation);
        using var stranger = ConnectorIdentity.CreateKey();
        var good = Sign(Identity);

        (await CallAsync(proxy, good, cancellation)).Should().BeNull("it is good");
        (await CallAsync(proxy, good, cancellation)).Should().Be(CallFault.Replayed);
        (await CallAsync(proxy, Sign(Identity, call => call with { Path = ConnectorPaths.Key }), cancellation)).Should().Be(CallFault.BadRequest);
        var behind = (await RefusalOfAsync(proxy, Sign(Identity, call => call with { IssuedAt = call.IssuedAt - 95 }), cancellation))!;
        behind.Code.Should().Be(CallFault.ClockSkewed);
        behind.Message.Should().MatchRegex("clock is [0-9]+ s behind the gateway's");
        var ahead = (await RefusalOfAsync(proxy, Sign(Identity, call => call with { IssuedAt = call.IssuedAt + 95 }), cancellation))!;
        ahead.Code.Should().Be(CallFault.ClockSkewed);
        ahead.Message.Should().MatchRegex("clock is [0-9]+ s ahead of the gateway's");
        (await CallAsync(proxy, Sign(Identity, call => call with { Audience = "somebody else's" }), cancellation)).Should().Be(CallFault.WrongGateway);
        (await CallAsync(proxy, Sign(Identity, call => call with { Issuer = "nobody" }), cancellation)).Should().Be(CallFault.ConnectorUnknown);
        (await CallAsync(proxy, Sign(Identity, otherKey: stranger), cancellation)).Should().Be(CallFault.ConnectorUnknown);
        (await CallAsync(proxy, good[..^4], cancellation)).Should().Be(CallFault.ConnectorUnknown);
        (await CallAsync(proxy, "nonsense", cancellation)).Should().Be(CallFault.BadRequest);
        (await CallAsync(proxy, new string('x', 20_000), cancellation)).Should().Be(CallFault.BadRequest);
    }

    [TestCase(ConnectorPaths.Token)]
    [TestCase(ConnectorPaths.Key)]
    [TestCase(ConnectorPaths.Presence)]
    [TestCase(ConnectorPaths.Enroll)]
    [CancelAfter(Guard)]
    public async Task A_call_without_what_it_must_have_is_refused(string path, CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        await EnrollAsync(proxy, cancellation: cancellation);
        var own = SignedJson.Peek(Sign(Identity), IdentityJsonContext.Default.ConnectorCall)!;
        using var key = Identity.OpenKey(Identity.Read().PrivateKey);
        var point = PublicKeys.From(key);
        var whole = JsonSerializer.SerializeToNode(
            own with
            {
                Path = path,
                EnvelopeKey = new PublicPoint(point.X, point.Y),
                NextKey = new KeyRequest { X = point.X, Y = point.Y, Signature = "none" },
                Enrollment = new EnrollmentRequest { TokenId = "none", Proof = "none", Name = "berlin", X = point.X, Y = point.Y },
                Presence = new PresenceReport { Version = "1", Slots = 1, BusySlots = 0, Streams = 0, ClockOffset = 0, Apps = new Dictionary<string, AppReach> { ["app"] = new(true) } },
            },
            IdentityJsonContext.Default.ConnectorCall)!.AsObject();

        foreach (var (member, takesAway) in Members(whole, "").SelectMany(static member => new[] { (member, true), (member, false) }).ToList())
        {
            var call = whole.DeepClone().AsObject();
            call["jti"] = Guid.NewGuid().ToString("N");
            var names = member.Split('/');
            var parent = names[..^1].Aggregate(call, static (node, name) => node[name]!.AsObject());
            parent.Remove(names[^1]);
            if (!takesAway)
            {
                parent[names[^1]] = null;
            }

            var text = new Microsoft.IdentityModel.JsonWebTokens.JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
                call.ToJsonString(), Enroller.Credentials(new Microsoft.IdentityModel.Tokens.ECDsaSecurityKey(key)), new Dictionary<string, object> { ["typ"] = ConnectorCall.TokenType });

            // Whatever it is, it is the caller's fault, and it is told so.
            await this.Awaiting(_ => CallAsync(proxy, text, cancellation, path)).Should().NotThrowAsync($"'{member}' is {(takesAway ? "missing" : "null")}");
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task Calls_are_no_longer_than_they_need_to_be_and_do_not_take_long(CancellationToken cancellation)
    {
        var time = new ObservedTimeProvider(TimeProvider.System.GetUtcNow());
        var proxy = await StartGatewayAsync(cancellation, options => options.Time = time);

        (await CallAsync(proxy, new string('x', 70_000), cancellation)).Should().Be(CallFault.BadRequest);
        (await CallAsync(proxy, new string('x', 70_000), cancellation, ConnectorPaths.Presence)).Should().Be(CallFault.BadRequest);
        (await CallAsync(proxy, "x", cancellation, ConnectorPaths.Prefix + "/nothing")).Should().Be(CallFault.BadRequest);
        await using var slow = await proxy.ConnectAsync(cancellation);
        await WriteAsync(slow, $"POST {ConnectorPaths.Token} HTTP/1.1\r\nHost: {proxy.GatewayUrl.Authority}\r\nContent-Length: 100\r\nConnection: close\r\n\r\nx", cancellation);

        await time.Timers.ReadAllAsync(cancellation).FirstAsync(static due => due == TimeSpan.FromSeconds(10), cancellation);
        var answer = ReadUntilAsync(slow, "did not arrive in time", cancellation);
        while (!answer.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(answer, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellation));
        }

        (await answer).Should().StartWith("HTTP/1.1 400");
    }

    [Test, CancelAfter(Guard)]
    public async Task Strangers_are_not_remembered(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        await EnrollAsync(proxy, cancellation: cancellation);
        using var stranger = ConnectorIdentity.CreateKey();
        var point = PublicKeys.From(stranger);
        var call = Sign(
            Identity,
            own => own with { Issuer = "", Path = ConnectorPaths.Enroll, Enrollment = new EnrollmentRequest { TokenId = "none", Proof = "none", Name = "x", X = point.X, Y = point.Y } },
            stranger);

        (await CallAsync(proxy, call, cancellation, ConnectorPaths.Enroll)).Should().Be(CallFault.TokenUnknown);
        (await CallAsync(proxy, call, cancellation, ConnectorPaths.Enroll)).Should().Be(CallFault.TokenUnknown, "or anybody could fill the memory of calls");
    }

    private static List<string> Members(JsonObject node, string path) => [.. node.SelectMany(
        member => member.Value is JsonObject inner ? Members(inner, $"{path}{member.Key}/").Prepend(path + member.Key) : [path + member.Key])];

    [Test, CancelAfter(Guard)]
    public async Task A_key_is_renewed_and_the_old_one_ends(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        var before = await EnrollAsync(proxy, cancellation: cancellation);
        var connector = Open();
        var old = Sign(Identity);
        var older = Sign(Identity);

        await connector.RenewKeyAsync(cancellation);

        Identity.Read().PrivateKey.Should().NotBe(before.PrivateKey);
        Identity.Read().NextPrivateKey.Should().BeNull();
        (await CallAsync(proxy, old, cancellation)).Should().BeNull("the new one has not been seen yet");
        (await connector.GetBrokerAccessAsync(cancellation)).Tokens.Should().HaveCount(3);
        (await CallAsync(proxy, older, cancellation)).Should().Be(CallFault.ConnectorUnknown);
    }

    [Test, CancelAfter(Guard)]
    public async Task An_identity_that_took_its_place_is_left_alone(CancellationToken cancellation)
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var proxy = await StartGatewayAsync(cancellation, options => options.Time = time);
        await EnrollAsync(proxy, time: time, cancellation: cancellation);
        ConnectorIdentity? later = null;
        using var interrupted = new InterruptedHandler(ConnectorPaths.Key, async () => later = await EnrollAsync(proxy, isReplacing: true, time: time, cancellation: cancellation));
        var running = Open(time, interrupted);

        // While its new key is on the way to the gateway.
        await running.RenewKeyAsync(cancellation);
        Identity.Read().Should().Be(later);
        (await running.GetBrokerAccessAsync(cancellation)).Tokens.Should().HaveCount(3, "it goes on with what it has");

        (await running.Awaiting(connector => connector.RenewKeyAsync(cancellation)).Should().ThrowAsync<EnrollmentException>()).WithMessage("*restart it*");
        await proxy.GatewayServices.GetRequiredService<SigningKeys>().RotateAsync(cancellation);
        time.Advance(SigningKeys.Announcement);
        await running.GetBrokerAccessAsync(cancellation);
        Identity.Read().Should().Be(later);
    }

    [Test, CancelAfter(Guard)]
    public async Task What_changes_at_once_is_all_kept(CancellationToken cancellation)
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var proxy = await StartGatewayAsync(cancellation, options => options.Time = time);
        var before = await EnrollAsync(proxy, time: time, cancellation: cancellation);
        var keys = proxy.GatewayServices.GetRequiredService<SigningKeys>();
        await keys.RotateAsync(cancellation);
        time.Advance(SigningKeys.Announcement);
        var running = Open(time);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(number => number == 4 ? running.RenewKeyAsync(cancellation) : running.GetBrokerAccessAsync(cancellation)));

        var after = Identity.Read();
        after.Should().Be(running.Identity);
        after.PrivateKey.Should().NotBe(before.PrivateKey);
        after.NextPrivateKey.Should().BeNull();
        after.GatewayKey.Should().Be(new PublicPoint(keys.Current.PublicKey.X, keys.Current.PublicKey.Y));
    }

    [Test, CancelAfter(Guard)]
    public async Task A_renewal_that_is_interrupted_goes_on_later(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        await EnrollAsync(proxy, cancellation: cancellation);
        using var losing = new LosingHandler();
        using (var unlucky = new EnrolledConnector(Identity, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<EnrolledConnector>.Instance, losing))
        {
            await unlucky.Awaiting(connector => connector.RenewKeyAsync(cancellation)).Should().ThrowAsync<GatewayCallException>();
        }

        Identity.Read().NextPrivateKey.Should().NotBeNull();
        var restarted = Open();
        await restarted.GetBrokerAccessAsync(cancellation);
        await restarted.RenewKeyAsync(cancellation);
        Identity.Read().NextPrivateKey.Should().BeNull();
        (await restarted.GetBrokerAccessAsync(cancellation)).Tokens.Should().HaveCount(3);
        (await Open().GetBrokerAccessAsync(cancellation)).Tokens.Should().HaveCount(3);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_key_that_is_used_from_two_places_is_noticed([Values] bool blocks, CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation, options => options.GatewaySettings["Gateway:Connectors:BlockSharedKeys"] = blocks.ToString());
        await EnrollAsync(proxy, cancellation: cancellation);
        var original = Open();
        await original.GetBrokerAccessAsync(cancellation);
        var copy = Open();
        await copy.GetBrokerAccessAsync(cancellation);
        Log.Entries.Should().NotContain(entry => entry.EventId == KeyShared, "that is what a restart looks like");

        var again = () => original.GetBrokerAccessAsync(cancellation);

        if (blocks)
        {
            (await again.Should().ThrowAsync<GatewayCallException>()).Which.Fault.Should().Be(CallFault.ConnectorBlocked);
            (await copy.Awaiting(connector => connector.GetBrokerAccessAsync(cancellation)).Should().ThrowAsync<GatewayCallException>()).Which.Fault.Should().Be(CallFault.ConnectorBlocked);
        }
        else
        {
            (await again()).Tokens.Should().HaveCount(3);
        }

        Log.Entries.Should().Contain(entry => entry.EventId == KeyShared && entry.Level == LogLevel.Warning && entry.Text.Contains("berlin"));
    }

    [Test, CancelAfter(Guard)]
    public async Task Whatever_a_copy_asks_for_it_is_noticed([Values(ConnectorPaths.Settings, ConnectorPaths.Key, ConnectorPaths.Presence)] string path, CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        await EnrollAsync(proxy, cancellation: cancellation);
        var original = Open();
        await original.GetBrokerAccessAsync(cancellation);
        var copy = Open();

        await (path switch
        {
            ConnectorPaths.Settings => copy.GetSettingsAsync(0, cancellation),
            ConnectorPaths.Key => copy.RenewKeyAsync(cancellation),
            _ => copy.ReportPresenceAsync(new PresenceReport { Version = "1", Slots = 1, BusySlots = 0, Streams = 0, ClockOffset = 0, Apps = new Dictionary<string, AppReach>() }, cancellation),
        });
        await original.GetBrokerAccessAsync(cancellation);

        Log.Entries.Should().Contain(entry => entry.EventId == KeyShared);
    }

    [Test, CancelAfter(Guard)]
    public async Task Two_that_share_a_key_are_told_once_a_minute(CancellationToken cancellation)
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var proxy = await StartGatewayAsync(cancellation, options => options.Time = time);
        await EnrollAsync(proxy, time: time, cancellation: cancellation);
        EnrolledConnector[] two = [Open(time), Open(time)];

        async Task CallInTurnsAsync()
        {
            foreach (var connector in (EnrolledConnector[])[.. two, .. two, .. two])
            {
                await connector.GetBrokerAccessAsync(cancellation);
            }
        }

        await CallInTurnsAsync();
        Log.Entries.Count(entry => entry.EventId == KeyShared).Should().Be(1);
        time.Advance(TimeSpan.FromMinutes(1));
        await CallInTurnsAsync();
        Log.Entries.Count(entry => entry.EventId == KeyShared).Should().Be(2);
    }

    [Test, CancelAfter(Guard)]
    public async Task An_old_copy_of_the_key_is_noticed_when_it_is_used(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        await EnrollAsync(proxy, cancellation: cancellation);
        var recorded = Sign(Identity);
        (await CallAsync(proxy, recorded, cancellation)).Should().BeNull();
        var copied = Sign(Identity);
        var connector = Open();
        await connector.RenewKeyAsync(cancellation);
        await connector.GetBrokerAccessAsync(cancellation);

        (await CallAsync(proxy, recorded, cancellation)).Should().Be(CallFault.Replayed, "who reads along has no copy");
        Log.Entries.Should().NotContain(entry => entry.EventId == KeyRetired);
        (await CallAsync(proxy, copied, cancellation)).Should().Be(CallFault.ConnectorUnknown);

        Log.Entries.Should().Contain(entry => entry.EventId == KeyRetired && entry.Level == LogLevel.Warning && entry.Text.Contains("berlin"));
    }

    [Test, CancelAfter(Guard)]
    public async Task A_gateway_that_changes_its_key_is_still_trusted_and_another_one_is_not(CancellationToken cancellation)
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var proxy = await StartGatewayAsync(cancellation, options => options.Time = time);
        var before = await EnrollAsync(proxy, time: time, cancellation: cancellation);
        var keys = proxy.GatewayServices.GetRequiredService<SigningKeys>();
        for (var rotation = 0; rotation < 2; rotation++)
        {
            await keys.RotateAsync(cancellation);
            time.Advance(SigningKeys.Announcement);
        }

        (await Open(time).GetBrokerAccessAsync(cancellation)).Tokens.Should().HaveCount(3);
        Identity.Read().GatewayKey.Should().NotBe(before.GatewayKey).And.Be(new PublicPoint(keys.Current.PublicKey.X, keys.Current.PublicKey.Y));

        var impostor = await StartGatewayAsync(cancellation);
        Identity.Write(Identity.Read() with { Gateway = impostor.GatewayUrl });
        (await Open(time).Awaiting(connector => connector.GetBrokerAccessAsync(cancellation)).Should().ThrowAsync<GatewayCallException>()).Which.Fault.Should().Be(CallFault.WrongGateway);
    }

    [Test, CancelAfter(Guard)]
    public async Task An_answer_that_somebody_else_signed_is_not_believed(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        await EnrollAsync(proxy, cancellation: cancellation);
        var impostor = await StartGatewayAsync(cancellation);
        var theirs = impostor.GatewayServices.GetRequiredService<SigningKeys>().Current.Credentials;
        using var forging = new ForgingHandler(theirs);

        var access = () => Open(handler: forging).GetBrokerAccessAsync(cancellation);

        (await access.Should().ThrowAsync<GatewayCallException>()).WithMessage("*not signed with the key*").Which.Fault.Should().BeNull();
    }

    [Test, CancelAfter(Guard)]
    public async Task A_clock_is_only_moved_by_the_gateway([Values] bool isSigned, CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        await EnrollAsync(proxy, cancellation: cancellation);
        var impostor = await StartGatewayAsync(cancellation);
        using var skewing = new SkewingHandler(isSigned ? impostor.GatewayServices.GetRequiredService<SigningKeys>().Current.Credentials : null);
        var connector = Open(handler: skewing);

        (await connector.Awaiting(own => own.GetBrokerAccessAsync(cancellation)).Should().ThrowAsync<GatewayCallException>())
            .WithMessage("*not believed: set this machine's clock, or update the gateway*").Which.Fault.Should().Be(CallFault.ClockSkewed);

        skewing.IsOver = true;
        await connector.GetBrokerAccessAsync(cancellation);
        skewing.Latest.Should().BeLessThan(TimeProvider.System.GetUtcNow().AddMinutes(1).ToUnixTimeSeconds(), "no call was signed for later");
    }

    [Test, CancelAfter(Guard)]
    public async Task What_a_later_gateway_refuses_is_told_in_its_words(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        await EnrollAsync(proxy, cancellation: cancellation);
        using var refusing = new RefusingHandler("{ \"code\": \"ConnectorTooOld\", \"message\": \"Update this connector to 7.\", \"more\": 1 }");

        var access = () => Open(handler: refusing).GetBrokerAccessAsync(cancellation);

        (await access.Should().ThrowAsync<GatewayCallException>()).WithMessage("*Update this connector to 7.").Which.Fault.Should().Be(CallFault.Other);
    }

    private static async Task<CallFault?> CallAsync(TestEnvironment proxy, string body, CancellationToken cancellation, string path = ConnectorPaths.Token)
        => (await RefusalOfAsync(proxy, body, cancellation, path))?.Code;

    private static async Task<CallRefusal?> RefusalOfAsync(TestEnvironment proxy, string body, CancellationToken cancellation, string path = ConnectorPaths.Token)
    {
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = proxy.GatewayUrl };
        using var response = await client.PostAsync(path, new StringContent(body), cancellation);
        var text = await response.Content.ReadAsStringAsync(cancellation);
        return response.StatusCode == HttpStatusCode.OK ? null : JsonSerializer.Deserialize(text, IdentityJsonContext.Default.CallRefusal);
    }

    /// <summary>The gateway did what it was asked, and the answer is lost.</summary>
    private sealed class LosingHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            (await base.SendAsync(request, cancellationToken)).Dispose();
            throw new HttpRequestException("The answer is lost.");
        }
    }

    /// <summary>Somebody on the way who answers in the gateway's place, to lead the connector to a broker of his.</summary>
    private sealed class ForgingHandler(Microsoft.IdentityModel.Tokens.SigningCredentials credentials) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Content is null)
            {
                return await base.SendAsync(request, cancellationToken);
            }

            var call = SignedJson.Peek(await request.Content.ReadAsStringAsync(cancellationToken), IdentityJsonContext.Default.ConnectorCall)!;
            var answer = new GatewayAnswer
            {
                InResponseTo = call.Id,
                BrokerAccess = new BrokerAccessAnswer { Endpoint = "amqps://evil.example/", Tokens = new Dictionary<string, string>(), Kind = 0, LifetimeSeconds = 300 },
            };
            return new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent(SignedJson.Sign(answer, IdentityJsonContext.Default.GatewayAnswer, GatewayAnswer.TokenType, credentials)),
            };
        }
    }

    /// <summary>Somebody on the way who would like to have calls for later.</summary>
    private sealed class SkewingHandler(Microsoft.IdentityModel.Tokens.SigningCredentials? credentials) : DelegatingHandler(new SocketsHttpHandler())
    {
        public bool IsOver { get; set; }

        public long Latest { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Content is null)
            {
                return await base.SendAsync(request, cancellationToken);
            }

            var call = SignedJson.Peek(await request.Content.ReadAsStringAsync(cancellationToken), IdentityJsonContext.Default.ConnectorCall)!;
            Latest = Math.Max(Latest, call.IssuedAt);
            if (IsOver)
            {
                return await base.SendAsync(request, cancellationToken);
            }

            var later = TimeProvider.System.GetUtcNow().AddDays(30);
            var refusal = new CallRefusal
            {
                Code = CallFault.ClockSkewed,
                Message = "The connector's clock is behind.",
                Clock = credentials is null ? null : SignedJson.Sign(
                    new GatewayClock { InResponseTo = call.Id, Time = later.ToUnixTimeSeconds() }, IdentityJsonContext.Default.GatewayClock, GatewayClock.TokenType, credentials),
            };
            return new HttpResponseMessage(HttpStatusCode.Unauthorized)
            {
                Headers = { Date = later },
                Content = new StringContent(JsonSerializer.Serialize(refusal, IdentityJsonContext.Default.CallRefusal)),
            };
        }
    }

    private sealed class RefusingHandler(string refusal) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => Task.FromResult(new HttpResponseMessage(HttpStatusCode.Forbidden) { Content = new StringContent(refusal) });
    }
}
