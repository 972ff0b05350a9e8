using AppProxy.Connector.Enrollment;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Keys;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Trust;

[TestFixture]
public sealed class Connectors_enrol : EnrollmentTest
{
    [Test, CancelAfter(Guard)]
    public async Task An_enrolled_connector_serves([Values(TestTransport.Amqp, TestTransport.WebSocket)] TestTransport transport, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            options =>
            {
                options.Enrolls = true;
                options.Transport = transport;
                options.Connectors = 2;
                options.Publish("app", static context => context.Response.WriteAsync("served"));
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        (await client.GetStringAsync("", cancellation)).Should().Be("served");
        (await client.PostAsync("", new StringContent("body"), cancellation)).EnsureSuccessStatusCode();
        (await StoreOf(proxy).ListAsync(cancellation)).Select(connector => connector.Name).Should().Equal("connector", "connector-2");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_token_serves_as_often_as_it_was_made_for(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        var token = await proxy.CreateEnrollmentTokenAsync("default", uses: 2, cancellationToken: cancellation);

        (await EnrollAsync(proxy, token, cancellation: cancellation)).Group.Should().Be("default");
        (await EnrollAsync(proxy, token, isReplacing: true, cancellation: cancellation)).Name.Should().Be("berlin-2");

        File.Delete(IdentityPath);
        await FailsAsync(proxy, token, "*was used already*", cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_token_outlives_the_key_that_it_names(CancellationToken cancellation)
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var proxy = await StartGatewayAsync(cancellation, options => options.Time = time);
        var token = await proxy.CreateEnrollmentTokenAsync(lifetime: TimeSpan.FromDays(30), cancellationToken: cancellation);
        var keys = proxy.GatewayServices.GetRequiredService<SigningKeys>();
        var named = keys.Current.Id;
        for (var rotation = 0; rotation < 2; rotation++)
        {
            await keys.RotateAsync(cancellation);
            time.Advance(TimeSpan.FromHours(25));
        }

        keys.Find(named).Should().BeNull("nobody accepts it any more");
        var enrolled = await EnrollAsync(proxy, token, time: time, cancellation: cancellation);

        enrolled.GatewayKey.Should().Be(new PublicPoint(keys.Current.PublicKey.X, keys.Current.PublicKey.Y));
        (await Open(time).GetBrokerAccessAsync(cancellation)).Tokens.Should().HaveCount(3);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_group_is_written_as_the_catalogue_writes_it(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);

        (await EnrollAsync(proxy, await proxy.CreateEnrollmentTokenAsync("Default", cancellationToken: cancellation), cancellation: cancellation)).Group.Should().Be("default");
        (await EnrollAsync(proxy, await proxy.CreateEnrollmentTokenAsync("Later", cancellationToken: cancellation), isReplacing: true, cancellation: cancellation)).Group.Should().Be("Later");
    }

    [Test, CancelAfter(Guard)]
    public async Task Of_two_at_once_the_first_has_the_identity(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        ConnectorIdentity? faster = null;
        using var slow = new InterruptedHandler(ConnectorPaths.Enroll, async () => faster = await EnrollAsync(proxy, cancellation: cancellation));
        var token = await proxy.CreateEnrollmentTokenAsync(cancellationToken: cancellation);

        var enroll = () => new Enroller(Identity, TimeProvider.System, slow).EnrollAsync(proxy.GatewayUrl.ToString(), token, "berlin", isReplacing: false, cancellation);

        (await enroll.Should().ThrowAsync<EnrollmentException>()).WithMessage("*another enrolment was faster*'berlin-2'*revoke it*");
        Identity.Read().Should().Be(faster);
    }

    [Test, CancelAfter(Guard)]
    public async Task Many_at_once_use_a_token_no_more_often_than_that(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        var token = await proxy.CreateEnrollmentTokenAsync("default", uses: 3, cancellationToken: cancellation);

        var enrolled = await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
        {
            try
            {
                await new Enroller(new IdentityFile($"{IdentityPath}{number}", IKeyProtection.Create()), TimeProvider.System)
                    .EnrollAsync(proxy.GatewayUrl.ToString(), token, "berlin", isReplacing: false, cancellation);
                return true;
            }
            catch (EnrollmentException)
            {
                return false;
            }
        }));

        enrolled.Count(success => success).Should().Be(3);
        (await StoreOf(proxy).ListAsync(cancellation)).Select(connector => connector.Name).Should().Equal("berlin", "berlin-2", "berlin-3");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_lost_answer_costs_no_token(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        var token = await proxy.CreateEnrollmentTokenAsync(cancellationToken: cancellation);
        using (var losing = new LosingHandler())
        {
            await new Enroller(Identity, TimeProvider.System, losing)
                .Awaiting(enroller => enroller.EnrollAsync(proxy.GatewayUrl.ToString(), token, "berlin", isReplacing: false, cancellation)).Should().ThrowAsync<EnrollmentException>();
        }

        var made = (await StoreOf(proxy).ListAsync(cancellation)).Should().ContainSingle().Subject;
        Identity.Exists.Should().BeFalse();

        (await EnrollAsync(proxy, token, cancellation: cancellation)).Id.Should().Be(made.Id);

        (await StoreOf(proxy).ListAsync(cancellation)).Should().ContainSingle();
        (await Open().GetBrokerAccessAsync(cancellation)).Tokens.Should().HaveCount(3);
        Directory.EnumerateFiles(Path.GetDirectoryName(IdentityPath)!).Should().Equal(IdentityPath);
    }

    [TestCase("{ \"tokenId\": \"cut")]
    [TestCase("{ \"tokenId\": \"another\", \"privateKey\": \"AAAA\" }")]
    [CancelAfter(Guard)]
    public async Task A_key_that_was_left_behind_is_in_nobody_s_way(string left, CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        await File.WriteAllTextAsync(IdentityPath + ".pending", left, cancellation);

        (await EnrollAsync(proxy, cancellation: cancellation)).Name.Should().Be("berlin");

        Directory.EnumerateFiles(Path.GetDirectoryName(IdentityPath)!).Should().Equal(IdentityPath);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_key_whose_token_is_refused_is_not_kept(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        EnrollmentToken.TryParse(await proxy.CreateEnrollmentTokenAsync(cancellationToken: cancellation), out var token).Should().BeTrue();

        await FailsAsync(proxy, EnrollmentToken.Create(token!.GatewayKeyId).Reveal(), "*does not know this token*", cancellation);

        Directory.EnumerateFiles(Path.GetDirectoryName(IdentityPath)!).Should().BeEmpty();
    }

    [Test, CancelAfter(Guard)]
    public async Task A_token_that_is_over_is_told(CancellationToken cancellation)
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var proxy = await StartGatewayAsync(cancellation, options => options.Time = time);
        var token = await proxy.CreateEnrollmentTokenAsync("default", TimeSpan.FromMinutes(1), cancellationToken: cancellation);

        time.Advance(TimeSpan.FromSeconds(61));

        (await this.Awaiting(test => test.EnrollAsync(proxy, token, time: time, cancellation: cancellation)).Should().ThrowAsync<EnrollmentException>())
            .WithMessage("*expired at*another one*").Which.Message.Should().NotContain("\n");
    }

    [Test, CancelAfter(Guard)]
    public async Task Tokens_that_are_not_the_gateway_s_are_told(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        var other = await StartGatewayAsync(cancellation);
        var good = await proxy.CreateEnrollmentTokenAsync("default", cancellationToken: cancellation);
        EnrollmentToken.TryParse(good, out var token).Should().BeTrue();
        var known = (await StoreOf(proxy).FindTokenAsync(token!.Id, cancellation))!;

        await FailsAsync(proxy, EnrollmentToken.Create(token.GatewayKeyId).Reveal(), "*does not know this token*", cancellation);
        await FailsAsync(proxy, await other.CreateEnrollmentTokenAsync(cancellationToken: cancellation), "*not the gateway that made the token*", cancellation);
        await FailsAsync(proxy, good[..^3], "*not copied whole*", cancellation);
        await FailsAsync(proxy, "nonsense", "*not copied whole*", cancellation);

        // Somebody who knows the id, and not the secret.
        await StoreOf(proxy).AddTokenAsync(known with { Verifier = Convert.ToBase64String(new byte[32]) }, cancellation);
        await FailsAsync(proxy, good, "*not the token that the gateway made*", cancellation);
        File.Exists(IdentityPath).Should().BeFalse();
    }

    [Test, CancelAfter(Guard)]
    public async Task Gateways_that_are_none_are_told(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        var token = await proxy.CreateEnrollmentTokenAsync(cancellationToken: cancellation);

        await FailsAsync(proxy, token, "*cannot be reached*", cancellation, new Uri($"http://127.0.0.1:{Processes.LoopbackPort.Take()}/"));
        await FailsAsync(proxy, token, "*no gateway that connectors can enrol with*", cancellation, proxy.InternalUrlOf("app"));
        await FailsAsync(proxy, token, "*must be https*", cancellation, new Uri("http://gateway.example.com/"));
        await FailsAsync(proxy, token, "*gateway's own host*", cancellation, new Uri("https://gateway.example.com/path"));
    }

    [Test, CancelAfter(Guard)]
    public async Task A_certificate_that_nobody_trusts_is_told(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation, options => options.Front = TestProtocol.Https1);

        await FailsAsync(proxy, await proxy.CreateEnrollmentTokenAsync(cancellationToken: cancellation), "*certificate is not trusted here*", cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task An_identity_is_not_given_up_silently(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        var first = await EnrollAsync(proxy, cancellation: cancellation);

        await FailsAsync(proxy, await proxy.CreateEnrollmentTokenAsync(cancellationToken: cancellation), "*enrolled already*--replace*", cancellation);

        Identity.Read().Should().Be(first);
        (await EnrollAsync(proxy, isReplacing: true, cancellation: cancellation)).Id.Should().NotBe(first.Id);
    }

    [Test, CancelAfter(Guard)]
    [Platform(Exclude = "Win", Reason = "Modes are Unix'; on Windows DPAPI guards the key.")]
    public async Task An_identity_is_its_owner_s_alone(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        await EnrollAsync(proxy, cancellation: cancellation);

        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(IdentityPath).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.SetUnixFileMode(IdentityPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        }

        FluentActions.Invoking(() => Identity.Read()).Should().Throw<EnrollmentException>().WithMessage("*chmod 600*");
    }

    [Test, CancelAfter(Guard)]
    public async Task Nothing_that_a_proxy_on_the_way_could_use_crosses_the_wire(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        var text = await proxy.CreateEnrollmentTokenAsync(cancellationToken: cancellation);
        using var reader = new ReadingHandler();

        await new Enroller(Identity, TimeProvider.System, reader).EnrollAsync(proxy.GatewayUrl.ToString(), text, "berlin", isReplacing: false, cancellation);

        EnrollmentToken.TryParse(text, out var token).Should().BeTrue();
        var written = string.Join('\n', reader.Bodies.Select(body => SignedJson.Peek(body, IdentityJsonContext.Default.ConnectorCall)).OfType<ConnectorCall>());
        written.Should().Contain(token!.Id).And.NotContain(text).And.NotContain(Convert.ToBase64String(token.Verifier));

        // What was read along is good for the same key only, and that is enrolled.
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = proxy.GatewayUrl };
        using var again = await client.PostAsync(ConnectorPaths.Enroll, new StringContent(reader.Bodies[^1]), cancellation);
        (await again.Content.ReadAsStringAsync(cancellation)).Should().Contain(nameof(CallFault.Replayed));
        (await StoreOf(proxy).ListAsync(cancellation)).Should().ContainSingle();
    }

    [Test, CancelAfter(Guard)]
    public async Task Clocks_may_differ(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);

        await EnrollAsync(proxy, time: new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(-3)), cancellation: cancellation);

        (await Open(new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(40))).GetBrokerAccessAsync(cancellation)).Tokens.Should().HaveCount(3);
    }

    private async Task FailsAsync(TestEnvironment proxy, string token, string because, CancellationToken cancellation, Uri? gateway = null)
    {
        var enroll = () => EnrollAsync(proxy, token, gateway: gateway, cancellation: cancellation);

        var message = (await enroll.Should().ThrowAsync<EnrollmentException>()).WithMessage(because).Which.Message;

        message.Should().NotContain("\n").And.NotContain("Exception");
    }

    private sealed class ReadingHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        public List<string> Bodies { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Bodies.Add(request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken));
            return await base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>The gateway did what it was asked, and the answer is lost.</summary>
    private sealed class LosingHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (request.Method == HttpMethod.Get)
            {
                return answer;
            }

            answer.Dispose();
            throw new HttpRequestException("The answer is lost.");
        }
    }
}
