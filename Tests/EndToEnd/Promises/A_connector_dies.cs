using System.Text;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Promises;

[Platform(Exclude = "Win", Reason = "Signals of POSIX.")]
public sealed class A_connector_dies : PromiseTest
{
    [Test, CancelAfter(Guard)]
    public async Task Another_one_answers_what_may_be_run_again([Values(1, 32)] int clients, [Values] bool isKnownToTheGateway, CancellationToken cancellation)
    {
        var proxy = await StartWithoutConnectorAsync(cancellation);
        using var client = proxy.CreateClient("app");
        var first = await StartProcessAsync(proxy, cancellation);
        var pending = Enumerable.Range(0, clients).Select(_ => client.GetAsync("/", cancellation)).ToArray();
        await App.NextAsync(clients, cancellation);
        await proxy.StartConnectorAsync(null, cancellation);
        if (isKnownToTheGateway)
        {
            await WaitUntilTakenAsync(proxy, clients, cancellation);
        }

        first.Signal("KILL");

        using var testOver = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var answering = AnswerAllAsync(testOver.Token);
        foreach (var answer in pending)
        {
            await ShouldBeAsync(answer, "/", cancellation);
        }

        await testOver.CancelAsync();
        await answering;
        App.Count.Should().BeGreaterThanOrEqualTo(2 * clients);
    }

    [Test, CancelAfter(Guard)]
    public async Task What_may_not_run_twice_ends_with_502_and_is_never_run_again(CancellationToken cancellation)
    {
        var proxy = await StartWithoutConnectorAsync(cancellation);
        using var client = proxy.CreateClient("app");
        var first = await StartProcessAsync(proxy, cancellation);
        var pending = client.PostAsync("/", new StringContent("an order"), cancellation);
        await App.NextAsync(cancellation);
        await proxy.StartConnectorAsync(null, cancellation);

        var killed = TimeProvider.System.GetTimestamp();
        first.Signal("KILL");
        await ShouldBeLostAsync(pending, cancellation);

        TimeProvider.System.GetElapsedTime(killed).Should().BeLessThan(LossIsNoticed);
        await OnlyTheNextIsServedAsync(client, cancellation);
        App.Count.Should().Be(4);
    }

    [Test, CancelAfter(Guard)]
    public async Task An_answer_that_was_begun_breaks_off([Values] bool hasLength, CancellationToken cancellation)
    {
        const string part = "the first part";
        var proxy = await StartWithoutConnectorAsync(cancellation);
        using var client = proxy.CreateClient("app");
        var first = await StartProcessAsync(proxy, cancellation);
        var pending = client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, cancellation);
        var run = await App.NextAsync(cancellation);
        if (hasLength)
        {
            run.PromiseLength(2 * part.Length);
        }

        await run.WriteAsync(part);
        using var answer = await pending;
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
        var read = new byte[part.Length];
        await body.ReadExactlyAsync(read, cancellation);
        Encoding.ASCII.GetString(read).Should().Be(part);
        await proxy.StartConnectorAsync(null, cancellation);

        first.Signal("KILL");

        var rest = async () => await body.ReadAsync(read, cancellation);
        await rest.Should().ThrowAsync<IOException>("a part must never be taken for the whole");
        App.Count.Should().Be(1);
    }

    [Test, CancelAfter(600_000)]
    public async Task One_of_two_under_load_goes_unnoticed(CancellationToken cancellation)
    {
        const int clients = 16;
        const int underWay = 16;
        var counting = new CountingApp();
        var proxy = await StartWithoutConnectorAsync(cancellation, options => options.Publish("counting", counting.HandleAsync));
        using var slowClient = proxy.CreateClient("app");
        using var client = proxy.CreateClient("counting");
        var first = await StartProcessAsync(proxy, cancellation);
        await StartProcessAsync(proxy, cancellation);
        var answers = Scale.Current.Of(usual: 200, full: 10_000);
        var load = new Load(client, clients, [HttpMethod.Get], cancellation);
        await load.WaitForMoreAsync(answers);
        var slow = Enumerable.Range(0, underWay).Select(_ => slowClient.GetAsync("/slow", cancellation)).ToArray();
        var slowRuns = await App.NextAsync(underWay, cancellation);

        first.Signal("KILL");

        using var testOver = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var answering = AnswerAllAsync(testOver.Token);
        foreach (var run in slowRuns)
        {
            // Of the one that died nobody hears it.
            await run.AnswerAsync("/slow");
        }

        foreach (var answer in slow)
        {
            await ShouldBeAsync(answer, "/slow", cancellation);
        }

        await load.WaitForMoreAsync(answers);
        await load.EndAsync();
        await testOver.CancelAsync();
        await answering;
        counting.ShouldHaveRun(load.Answered);
    }
}
