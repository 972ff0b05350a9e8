using System.Threading.Channels;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Tokens;
using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Amqp;

[TestFixture]
public sealed class BrokerAuthorizationTests : BrokerFixture
{
    [Test, CancelAfter(Guard)]
    public async Task A_good_token_opens_its_entity_only(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        (await client.PutTokenAsync(Token(Plain), Audience(Plain))).Should().Be(202);

        (await client.AttachSenderAsync(0, Plain))[6].IsNull.Should().BeFalse();
        await client.ExpectAsync(Descriptor.Flow);
        (await client.AttachSenderAsync(1, Sessions))[6].IsNull.Should().BeTrue();
        (await client.ExpectAsync(Descriptor.Detach)).ErrorAt(2).Should().Be(ErrorCondition.UnauthorizedAccess);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_rule_grants_what_it_says(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        (await client.PutTokenAsync(Token(Plain, "listener", "secondary"), Audience(Plain))).Should().Be(202);

        (await client.AttachReceiverAsync(0, Plain))[5].IsNull.Should().BeFalse();
        (await client.AttachSenderAsync(1, Plain))[6].IsNull.Should().BeTrue();
        (await client.ExpectAsync(Descriptor.Detach)).ErrorAt(2).Should().Be(ErrorCondition.UnauthorizedAccess);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_bad_token_is_refused(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        string[] bad =
        [
            Token(Plain, key: "wrong"), Token(Plain, "nobody"), Token(Plain, life: TimeSpan.FromSeconds(-1)), Token(Sessions), "nonsense",
            Token(Sessions, "listener", "primary"),
        ];
        foreach (var token in bad)
        {
            using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
            (await client.PutTokenAsync(token, Audience(Plain))).Should().Be(401);
            (await client.AttachSenderAsync(0, Plain))[6].IsNull.Should().BeTrue();
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task When_a_token_ends_its_links_are_detached(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        await client.PutTokenAsync(Token(Plain, life: TimeSpan.FromSeconds(30)), Audience(Plain));
        await client.AttachReceiverAsync(0, Plain);

        Time.Advance(TimeSpan.FromSeconds(31));

        RawFrame frame;
        do
        {
            frame = await client.ReadFrameAsync();
        }
        while (frame.Descriptor != Descriptor.Detach);
        frame.ErrorAt(2).Should().Be(ErrorCondition.UnauthorizedAccess);
    }

    [Test, CancelAfter(Guard)]
    public async Task Our_client_renews_its_tokens_in_time(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var provider = new CountingProvider(new SharedAccessKeyTokenProvider(Rule, Key, Time, TimeSpan.FromMinutes(1)));
        await using var transport = await AmqpTransport.ConnectAsync(
            new AmqpTransportOptions { Endpoint = Server.Tcp, Time = Time, TokenProvider = provider, IdleTimeOut = TimeSpan.Zero }, cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        for (var renewal = 2; renewal < 6; renewal++)
        {
            // The client's timer is set some time after it has its answer.
            var before = Time.GetUtcNow();
            var renewed = provider.WaitAsync(renewal, cancellation);
            while (!renewed.IsCompleted)
            {
                (Time.GetUtcNow() - before).Should().BeLessThan(TimeSpan.FromMinutes(1), "the token ends then");
                Time.Advance(TimeSpan.FromSeconds(1));
                using var probe = await RawClient.OpenAsync(Server.Tcp, cancellation);
            }

            await renewed;
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task Our_client_is_told_when_it_may_not(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        await using var transport = await AmqpTransport.ConnectAsync(
            new AmqpTransportOptions { Endpoint = Server.Tcp, Time = Time, TokenProvider = new SharedAccessKeyTokenProvider(Rule, "wrong", Time) }, cancellation);

        var open = async () => await transport.OpenSenderAsync(Plain, cancellation);

        (await open.Should().ThrowAsync<TransportException>()).Which.Failure.Should().Be(TransportFailure.Unauthorized);
    }

    [Test]
    public void Settings_are_checked_whole()
    {
        var options = new BrokerOptions { MaxConnections = 0, MaxFrameSize = 1, AuthorizationTimeout = TimeSpan.Zero };
        options.AuthorizationRules.Add(new SharedAccessAuthorizationRule { KeyName = "a", PrimaryKey = "", Grants = [] });
        options.AuthorizationRules.Add(new SharedAccessAuthorizationRule { KeyName = "a", PrimaryKey = "k", Grants = [new EntityGrant("", EntityClaims.Send)] });

        new BrokerOptionsValidator().Validate(null, options).Failures.Should().HaveCount(6);
        new BrokerOptionsValidator().Validate(null, new BrokerOptions()).Succeeded.Should().BeTrue();
    }

    private sealed class CountingProvider(IBrokerTokenProvider inner) : IBrokerTokenProvider
    {
        private readonly Channel<bool> _calls = Channel.CreateUnbounded<bool>();
        private int _seen;

        public async ValueTask<BrokerToken> GetTokenAsync(string audience, CancellationToken cancellationToken)
        {
            var token = await inner.GetTokenAsync(audience, cancellationToken);
            _calls.Writer.TryWrite(true);
            return token;
        }

        public async Task WaitAsync(int count, CancellationToken cancellationToken)
        {
            for (; _seen < count; _seen++)
            {
                await _calls.Reader.ReadAsync(cancellationToken);
            }
        }
    }
}
