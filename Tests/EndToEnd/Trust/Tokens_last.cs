using System.Net;
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

    private async Task<(EnrolledTokenProvider Tokens, Way Way)> OpenAsync(FakeTimeProvider time, CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation, options => options.Time = time);
        await EnrollAsync(proxy, time: time, cancellation: cancellation);
        var way = new Way();
        return (new EnrolledTokenProvider(Open(time, way), time, NullLogger<EnrolledTokenProvider>.Instance), way);
    }

    private sealed class Way() : DelegatingHandler(new SocketsHttpHandler())
    {
        public bool IsCut { get; set; }

        public int Calls { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Calls++;
            return IsCut ? throw new HttpRequestException("cut", null, HttpStatusCode.BadGateway) : base.SendAsync(request, cancellationToken);
        }
    }
}
