using System.Net.Sockets;
using AppProxy.Testing;
using AppProxy.Tests.Architecture;
using AppProxy.Tests.EndToEnd.Smuggling;
using FluentAssertions;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Compared;

/// <summary>The same requests through YARP and through the relay: what app and client see differs only where the list says so.</summary>
public sealed class The_relay_is_compared_with_yarp : EndToEndTest
{
    /// <summary>Several hundred requests through two proxies.</summary>
    private const int LongGuard = 180_000;

    /// <summary>Nothing in a case takes time: this is for what a proxy leaves hanging.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    [Test, CancelAfter(LongGuard)]
    public async Task Every_difference_is_a_listed_improvement(CancellationToken cancellation)
    {
        var list = new DifferenceList(Path.Combine(Repository.Root, "Tests", "EndToEnd", "Compared", "Differences.approved.txt"));
        var app = Use(new ScriptedApp());
        await using var yarp = await YarpProxy.StartAsync(app.Url, HttpProtocols.Http1, cancellation);
        var relay = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        foreach (var test in ComparedCases.All())
        {
            app.Answer(test.Answer);
            var byYarp = await RunAsync(app, test, await yarp.ConnectAsync(cancellation), yarp.Url.Authority, cancellation);
            var byRelay = await RunAsync(app, test, await relay.ConnectAsync(cancellation), relay.UrlOf("app").Authority, cancellation);
            list.Compare(test.Name, byYarp, byRelay);
        }

        list.Verify();
    }

    private static async Task<SortedDictionary<string, string>> RunAsync(
        ScriptedApp app, ComparedCase test, NetworkStream client, string host, CancellationToken cancellation)
    {
        await using var connection = client;
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        RawMessage? response = null;
        try
        {
            await client.WriteAsync(SmugglingCorpus.Octets(test.Request(host)), both.Token);
            response = await RawMessage.ReadResponseAsync(client, test.Method, both.Token);
        }
        catch (Exception none) when (none is IOException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
        }

        return ObservedExchange.Of(app.Take(), response);
    }
}
