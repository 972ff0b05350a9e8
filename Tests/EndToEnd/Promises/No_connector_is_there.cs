using System.Net;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Promises;

public sealed class No_connector_is_there : PromiseTest
{
    [Test, CancelAfter(Guard)]
    public async Task Requests_wait_for_one([Values("GET", "POST")] string method, CancellationToken cancellation)
    {
        var proxy = await StartWithoutConnectorAsync(cancellation);
        var active = Use(MeteredTally.ActiveExchanges(proxy.GatewayServices));
        using var client = proxy.CreateClient("app");
        var pending = client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/"), cancellation);
        await active.WaitForAsync(1, cancellation);

        await proxy.StartConnectorAsync(null, cancellation);

        var run = await App.NextAsync(cancellation);
        run.Method.Should().Be(method);
        await run.AnswerAsync("served");
        await ShouldBeAsync(pending, "served", cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task Who_waited_long_enough_is_told_and_is_never_served_later([Values("GET", "POST")] string method, CancellationToken cancellation)
    {
        var proxy = await StartWithoutConnectorAsync(cancellation, static options => options.Relay["waitForConnector"] = "00:00:01");
        using var client = proxy.CreateClient("app");

        using var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/"), cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        answer.Headers.GetValues("AppProxy-Error").Should().Equal("no-connector");
        answer.Headers.RetryAfter!.Delta.Should().BePositive();
        await proxy.StartConnectorAsync(null, cancellation);
        await OnlyTheNextIsServedAsync(client, cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task What_its_client_gave_up_never_reaches_the_app([Values] bool hasBody, CancellationToken cancellation)
    {
        var proxy = await StartWithoutConnectorAsync(cancellation);
        var active = Use(MeteredTally.ActiveExchanges(proxy.GatewayServices));
        using var client = proxy.CreateClient("app");
        using var patience = new CancellationTokenSource();
        var pending = client.PostAsync("/", hasBody ? new StringContent("an order") : null, patience.Token);
        await active.WaitForAsync(1, cancellation);
        await patience.CancelAsync();
        await active.WaitForAsync(0, cancellation);

        await proxy.StartConnectorAsync(null, cancellation);

        await OnlyTheNextIsServedAsync(client, cancellation);
        var given = async () => await pending;
        await given.Should().ThrowAsync<OperationCanceledException>();
    }
}
