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

    private const string List = "Differences.approved.txt";

    /// <summary>Nothing in a case takes time: this is for what a proxy leaves hanging.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private static string Folder => Path.Combine(Repository.Root, "Tests", "EndToEnd", "Compared");

    [Test, CancelAfter(LongGuard)]
    public async Task Every_difference_is_a_listed_improvement(CancellationToken cancellation)
    {
        var approved = (await File.ReadAllLinesAsync(Path.Combine(Folder, List), cancellation))
            .Where(line => line.Length > 0 && line[0] != '#').Select(ApprovedDifference.Parse).ToList();
        var unused = approved.ToHashSet();
        var found = new List<string>();
        var app = Use(new ScriptedApp());
        await using var yarp = await YarpProxy.StartAsync(app.Url, HttpProtocols.Http1, cancellation);
        var relay = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        foreach (var test in ComparedCases.All())
        {
            app.Answer(test.Answer);
            var byYarp = await RunAsync(app, test, await yarp.ConnectAsync(cancellation), yarp.Url.Authority, cancellation);
            var byRelay = await RunAsync(app, test, await relay.ConnectAsync(cancellation), relay.UrlOf("app").Authority, cancellation);
            await File.AppendAllLinesAsync("/tmp/compare-dump.txt", byRelay.Select(x => $"{test.Name} | {x.Key} | {x.Value}"), cancellation); // DEBUG
            foreach (var where in byYarp.Keys.Union(byRelay.Keys).Order(StringComparer.Ordinal))
            {
                var (yarpSaw, relaySaw) = (byYarp.GetValueOrDefault(where, "-"), byRelay.GetValueOrDefault(where, "-"));
                var waiting = OwnHttp1Client.IsThere ? null : approved.Find(row => row.NeedsOwnClient && row.IsAt(test.Name, where));
                if (waiting is not null)
                {
                    unused.Remove(waiting);
                }
                else if (yarpSaw != relaySaw)
                {
                    var rows = approved.Where(row => row.Is(test.Name, where, yarpSaw, relaySaw)).ToList();
                    unused.ExceptWith(rows);
                    if (rows.Count == 0)
                    {
                        found.Add($"{test.Name} | {where} | {yarpSaw} | {relaySaw} | ?");
                    }
                }
            }
        }

        await WriteReceivedAsync(found, cancellation);
        found.Should().BeEmpty("a difference is a bug, or an improvement to be listed in {0}", List);
        unused.Should().BeEmpty("what does not differ any more is not to be listed");
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

    /// <summary>To look at, and to copy lines from.</summary>
    private static Task WriteReceivedAsync(List<string> found, CancellationToken cancellation) =>
        found.Count == 0 ? Task.CompletedTask : File.WriteAllLinesAsync(Path.Combine(TestContext.CurrentContext.WorkDirectory, "Differences.received.txt"), found, cancellation);
}
