using System.Net;
using AppProxy.Connector.Enrollment;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Connector.Enrollment;

[TestFixture]
internal sealed class GatewayClientTests
{
    [Test, CancelAfter(20_000)]
    public async Task An_answer_that_is_too_large_is_told_as_that(CancellationToken cancellationToken)
    {
        using var client = new GatewayClient(new Uri("https://gateway.example.com/"), TimeProvider.System, new LargeAnswer());

        var read = () => client.ReadKeysAsync(cancellationToken);

        (await read.Should().ThrowAsync<GatewayCallException>()).WithMessage("https://gateway.example.com/: the answer is larger than 16 MB.*trustedCertificateAuthorities*");
    }

    private sealed class LargeAnswer : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(new byte[(16 * 1024 * 1024) + 1]) });
    }
}
