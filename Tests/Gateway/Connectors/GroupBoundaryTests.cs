using AppProxy.Contracts.Identity;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Gateway.Broker.Queues;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Gateway.Connectors.Tokens;
using AppProxy.Gateway.Keys;
using AppProxy.Tests.Gateway.Broker.Amqp;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Connectors;

/// <summary>A connector of group a at the embedded broker, against every operation that there is.</summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class GroupBoundaryTests : IAsyncDisposable
{
    private const int Guard = 20_000;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly ShutOutConnectors _shutOut = new();
    private BrokerServer? _server;
    private SigningKeys? _keys;

    private static IEnumerable<string> EntitiesOfOthers =>
    [
        "requests.b", "uplinks.b", "replies.b", "/requests.b", "REQUESTS.B", "requests%2Eb", "amqps://127.0.0.1/requests.b", "requests.b/$deadletterqueue",
        "requests.ab", "uplinks.ab", "replies.ab", "requests", "", "*",
    ];

    public async ValueTask DisposeAsync()
    {
        _keys?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [TestCaseSource(nameof(EntitiesOfOthers))]
    [CancelAfter(Guard)]
    public async Task Entities_of_other_groups_are_closed(string entity, CancellationToken cancellation)
    {
        using var client = await SignInAsync(cancellation);

        await ExpectRefusedAsync(client, await client.AttachSenderAsync(0, entity), field: 6);
        await ExpectRefusedAsync(client, await client.AttachReceiverAsync(1, entity), field: 5);
        await ExpectRefusedAsync(client, await client.AttachReceiverAsync(2, entity, filter: new AmqpMap().With(Dialect.SessionFilter, "theirs")), field: 5);
        await ExpectRefusedAsync(client, await client.AttachReceiverAsync(3, entity, filter: new AmqpMap().With(Dialect.SessionFilter, default(AmqpValue))), field: 5);
    }

    [TestCaseSource(nameof(EntitiesOfOthers))]
    [CancelAfter(Guard)]
    public async Task Entities_of_other_groups_are_not_managed(string entity, CancellationToken cancellation)
    {
        using var client = await SignInAsync(cancellation);
        var node = entity + Dialect.ManagementSuffix;

        // Refused before anything can be asked, and all the same whether such an entity exists.
        await ExpectRefusedAsync(client, await client.AttachReceiverAsync(0, node, settled: true), field: 5);
        await ExpectRefusedAsync(client, await client.AttachSenderAsync(1, node), field: 6);
    }

    [TestCase("requests.b")]
    [TestCase("uplinks.b")]
    [TestCase("replies.b")]
    [TestCase("requests.ab")]
    [TestCase("requests")]
    [TestCase("$management")]
    [CancelAfter(Guard)]
    public async Task A_token_is_taken_for_no_other_audience(string entity, CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        using var client = await RawClient.OpenAsync(_server!.Tcp, cancellation);

        (await client.PutTokenAsync(Token("a"), "amqps://127.0.0.1/" + entity)).Should().Be(401);

        await ExpectRefusedAsync(client, await client.AttachReceiverAsync(0, entity), field: 5);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_token_for_the_whole_broker_opens_no_more_than_its_group(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        using var client = await RawClient.OpenAsync(_server!.Tcp, cancellation);

        (await client.PutTokenAsync(Token("a"), "amqps://127.0.0.1/")).Should().Be(202);

        await ExpectRefusedAsync(client, await client.AttachReceiverAsync(0, "requests.b"), field: 5);
        (await client.AttachReceiverAsync(1, "requests.a"))[5].IsNull.Should().BeFalse();
    }

    [Test, CancelAfter(Guard)]
    public async Task Its_own_entities_are_open_in_its_own_direction_only(CancellationToken cancellation)
    {
        using var client = await SignInAsync(cancellation);

        (await client.AttachReceiverAsync(0, "requests.a"))[5].IsNull.Should().BeFalse();
        (await client.AttachReceiverAsync(1, "uplinks.a", filter: new AmqpMap().With(Dialect.SessionFilter, "mine")))[5].IsNull.Should().BeFalse();
        (await client.AttachSenderAsync(2, "replies.a"))[6].IsNull.Should().BeFalse();
        await client.ExpectAsync(Descriptor.Flow);
        await ExpectRefusedAsync(client, await client.AttachSenderAsync(3, "requests.a"), field: 6);
        await ExpectRefusedAsync(client, await client.AttachSenderAsync(4, "uplinks.a"), field: 6);
        await ExpectRefusedAsync(client, await client.AttachReceiverAsync(5, "replies.a", filter: new AmqpMap().With(Dialect.SessionFilter, "a gateway's")), field: 5);
        (await client.ManageAsync(110, "replies.a", Dialect.RenewSessionLock, new AmqpMap { { "session-id", "a gateway's" } })).Should().Be(401);
    }

    [Test, CancelAfter(Guard)]
    public async Task Links_end_with_their_token(CancellationToken cancellation)
    {
        using var client = await SignInAsync(cancellation);
        await client.AttachReceiverAsync(0, "requests.a");

        _time.Advance(BrokerGrant.Lifetime + TimeSpan.FromSeconds(1));

        (await client.ExpectAsync(Descriptor.Detach)).ErrorAt(2).Should().Be(ErrorCondition.UnauthorizedAccess);
    }

    [Test, CancelAfter(Guard)]
    public async Task Tokens_that_are_not_ours_are_refused(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        using var stranger = new SigningKeys(new MemoryKeyVault(), _time, NullLogger<SigningKeys>.Instance);
        await stranger.LoadAsync(cancellation);
        var over = Token("a");
        _time.Advance(BrokerGrant.Lifetime);
        var parts = Token("a").Split('.');
        string[] bad =
        [
            over,
            Sign(stranger, "a", BrokerGrant.TokenType),
            Sign(_keys!, "a", GatewayAnswer.TokenType),
            $"{parts[0]}.{Token("b").Split('.')[1]}.{parts[2]}",
            $"{Base64("""{"alg":"none","typ":"broker-grant+jwt"}""")}.{parts[1]}.",
            "eyJ", "..", "",
        ];

        foreach (var token in bad)
        {
            using var client = await RawClient.OpenAsync(_server!.Tcp, cancellation);
            (await client.PutTokenAsync(token, "amqps://127.0.0.1/requests.a")).Should().BeOneOf([400, 401], token);
            await ExpectRefusedAsync(client, await client.AttachReceiverAsync(0, "requests.a"), field: 5);
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task Who_is_shut_out_loses_its_connections_and_gets_no_others(CancellationToken cancellation)
    {
        using var client = await SignInAsync(cancellation);
        await client.AttachReceiverAsync(0, "requests.a");
        using var neighbour = await SignInAsync(cancellation, "other");
        await neighbour.AttachReceiverAsync(0, "requests.a");

        _shutOut.Add("connector");
        _server!.Broker.ShutOut("connector");

        RawFrame frame;
        do
        {
            frame = await client.ReadFrameAsync();
        }
        while (frame.Descriptor != Descriptor.Close);
        frame.ErrorAt(0).Should().Be(ErrorCondition.UnauthorizedAccess);
        using var again = await RawClient.OpenAsync(_server.Tcp, cancellation);
        (await again.PutTokenAsync(Token("a"), "amqps://127.0.0.1/requests.a")).Should().Be(401);
        (await neighbour.AttachSenderAsync(1, "replies.a"))[6].IsNull.Should().BeFalse("nobody else is hurt");
    }

    private static string Base64(string json) => Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Encode(json);

    private static async Task ExpectRefusedAsync(RawClient client, RawFrame attach, int field)
    {
        attach[field].IsNull.Should().BeTrue();
        (await client.ExpectAsync(Descriptor.Detach)).ErrorAt(2).Should().BeOneOf(ErrorCondition.UnauthorizedAccess, ErrorCondition.NotFound, ErrorCondition.InvalidField);
    }

    private async Task<RawClient> SignInAsync(CancellationToken cancellation, string connector = "connector")
    {
        await StartAsync(cancellation);
        var client = await RawClient.OpenAsync(_server!.Tcp, cancellation);
        (await client.PutTokenAsync(Token("a", connector), "amqps://127.0.0.1/")).Should().Be(202);
        return client;
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        if (_server is not null)
        {
            return;
        }

        _keys = new SigningKeys(new MemoryKeyVault(), _time, NullLogger<SigningKeys>.Instance);
        await _keys.LoadAsync(cancellation);

        // A leap of time is for tokens here: a client that says nothing meanwhile is not to be taken to be gone.
        _server = await BrokerServer.StartAsync(
            static options => options.IdleTimeOut = TimeSpan.Zero, _time, cancellation, tokens: new BrokerGrantVerifier(_keys, _shutOut));
        foreach (var group in (string[])["a", "b", "ab"])
        {
            _server.Engine.GetOrCreate(new QueueOptions { Name = EntityNames.Requests(group) });
            _server.Engine.GetOrCreate(new QueueOptions { Name = EntityNames.Uplinks(group), RequiresSession = true });
            _server.Engine.GetOrCreate(new QueueOptions { Name = EntityNames.Replies(group), RequiresSession = true });
        }
    }

    private string Token(string group, string connector = "connector") => new EmbeddedBrokerAccess(_keys!, _time).Grant(Connector(group, connector)).Tokens[EntityNames.Requests(group)];

    private string Sign(SigningKeys keys, string group, string type) => SignedJson.Sign(
        new BrokerGrant { Connector = "connector", Group = group, ExpiresAt = _time.GetUtcNow().AddMinutes(1).ToUnixTimeSeconds() },
        BrokerGrantJsonContext.Default.BrokerGrant,
        type,
        keys.Current.Credentials);

    private static ConnectorRecord Connector(string group, string id) => new()
    {
        Id = id,
        Name = id,
        Group = group,
        Key = new PublicPoint("", ""),
        EnrolledWith = "",
        EnrolledAt = default,
    };
}
