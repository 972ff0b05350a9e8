using System.Net;
using System.Threading.Channels;
using AppProxy.Connector.Enrollment;
using AppProxy.Contracts.Transport;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Trust;

[TestFixture]
public sealed class Tokens_last : EnrollmentTest
{
    private static readonly string[] Audiences = ["amqps://127.0.0.1/requests.default", "amqps://127.0.0.1/uplinks.default", "amqps://127.0.0.1/replies.default"];

    [Test, CancelAfter(Guard)]
    public async Task Three_tokens_cost_one_call_and_are_renewed_early(CancellationToken cancellation)
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var (tokens, way) = await OpenAsync(time, cancellation);

        foreach (var audience in Audiences)
        {
            (await tokens.GetTokenAsync(audience, cancellation)).ExpiresAt.Should().Be(time.GetUtcNow().AddMinutes(5));
        }

        way.Calls.Should().Be(1);
        time.Advance(TimeSpan.FromMinutes(2));
        (await tokens.GetTokenAsync(Audiences[0], cancellation)).ExpiresAt.Should().Be(time.GetUtcNow().AddMinutes(5));
        way.Calls.Should().Be(2);
        (await tokens.Awaiting(provider => provider.GetTokenAsync("amqps://127.0.0.1/requests.other", cancellation).AsTask()).Should().ThrowAsync<TransportException>())
            .Which.Failure.Should().Be(TransportFailure.Unauthorized);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_gateway_that_is_away_costs_nothing_until_they_run_out(CancellationToken cancellation)
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var (tokens, way) = await OpenAsync(time, cancellation);
        var first = await tokens.GetTokenAsync(Audiences[0], cancellation);

        way.IsCut = true;
        time.Advance(TimeSpan.FromMinutes(4.9));
        (await tokens.GetTokenAsync(Audiences[0], cancellation)).Should().Be(first);
        time.Advance(TimeSpan.FromMinutes(0.2));
        (await tokens.Awaiting(provider => provider.GetTokenAsync(Audiences[0], cancellation).AsTask()).Should().ThrowAsync<TransportException>())
            .Which.IsTransient.Should().BeTrue();

        way.IsCut = false;
        (await tokens.GetTokenAsync(Audiences[0], cancellation)).Value.Should().NotBe(first.Value);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_gateway_that_hangs_is_waited_for_no_longer_than_one_that_answers_late(CancellationToken cancellation)
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var (tokens, way) = await OpenAsync(time, cancellation);
        var first = await tokens.GetTokenAsync(Audiences[0], cancellation);

        way.Hangs = true;
        time.Advance(TimeSpan.FromMinutes(2));
        var renewal = tokens.GetTokenAsync(Audiences[0], cancellation).AsTask();
        await way.Hanging.ReadAsync(cancellation);
        renewal.IsCompleted.Should().BeFalse();
        time.Advance(TimeSpan.FromSeconds(20));
        (await renewal).Should().Be(first, "it is good for minutes yet");

        time.Advance(TimeSpan.FromMinutes(3));
        renewal = tokens.GetTokenAsync(Audiences[0], cancellation).AsTask();
        await way.Hanging.ReadAsync(cancellation);
        time.Advance(TimeSpan.FromSeconds(20));
        (await FluentActions.Awaiting(() => renewal).Should().ThrowAsync<TransportException>()).WithMessage("*does not answer in time*").Which.IsTransient.Should().BeTrue();

        way.Hangs = false;
        (await tokens.GetTokenAsync(Audiences[0], cancellation)).Value.Should().NotBe(first.Value);
    }

    private async Task<(EnrolledTokenProvider Tokens, Way Way)> OpenAsync(FakeTimeProvider time, CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation, options => options.Time = time);
        await EnrollAsync(proxy, time: time, cancellation: cancellation);
        var way = new Way();
        return (new EnrolledTokenProvider(Open(time, way), time, NullLogger<EnrolledTokenProvider>.Instance), way);
    }

    private sealed class Way() : DelegatingHandler(new SocketsHttpHandler())
    {
        private readonly Channel<bool> _hanging = Channel.CreateUnbounded<bool>();

        public bool IsCut { get; set; }

        public int Calls { get; private set; }

        public bool Hangs { get; set; }

        /// <summary>A word for each call that hangs.</summary>
        public ChannelReader<bool> Hanging => _hanging.Reader;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Calls++;
            if (Hangs)
            {
                _hanging.Writer.TryWrite(true);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            return IsCut ? throw new HttpRequestException("cut", null, HttpStatusCode.BadGateway) : await base.SendAsync(request, cancellationToken);
        }
    }
}
