using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using AppProxy.Gateway.Storage;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Hosting;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.SignIn;

[CancelAfter(SignInGuard)]
[NonParallelizable]
public sealed class Requests_of_people_cost_little : SignInTest
{
    private const int Requests = 500;

    [Test]
    public async Task No_signature_no_database_and_no_ticket_is_read_for_one(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        var store = Path.Combine(folder.Path, "store.db");
        await StoreSchema.UpgradeAsync(StoreConnection.Parse(store), cancellation);
        var proxy = await StartSignInAsync(cancellation, options =>
        {
            options.Enrolls = true;
            options.GatewaySettings["Gateway:Store"] = store;
        });
        using var browser = new TestBrowser();
        await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation);
        using var signatures = new Signatures();
        using var database = new Commands();
        await RequestAsync(proxy, browser, 20, cancellation);
        (signatures.Count, database.Count) = (0, 0);
        var began = TimeProvider.System.GetTimestamp();

        await RequestAsync(proxy, browser, Requests, cancellation);

        // What is due by the clock goes on beside: an assertion a minute, and looks at the store each second.
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        signatures.Count.Should().BeLessThanOrEqualTo(2 * (1 + (int)(seconds / 30)));
        database.Count.Should().BeLessThan(Requests / 2).And.BeLessThan(20 + (int)(20 * seconds));
    }

    [Test]
    public async Task It_takes_hardly_more_memory_than_one_of_nobody(CancellationToken cancellation)
    {
        var signedIn = await StartSignInAsync(cancellation, static options => options.Enrolls = true);
        using var browser = new TestBrowser();
        await SignInAsync(browser, signedIn.UrlOf("app"), "alice", cancellation);
        // Both bring the same to the app; what is ours before it is what is compared.
        const string Others = "lang=en; theme=dark";
        var person = await AllocatedAsync(signedIn, browser.CookiesFor(signedIn.UrlOf("app")) + "; " + Others, cancellation);
        var open = await StartAsync(
            static options =>
            {
                options.Front = TestProtocol.Https1;
                options.Enrolls = true;
                options.Publish("app", EchoAsync);
            },
            cancellation);
        var nobody = await AllocatedAsync(open, Others, cancellation);

        await TestContext.Out.WriteLineAsync($"Allocated for a request, client and app included: {person:#,0} B signed in, {nobody:#,0} B open");
        person.Should().BeLessThan(nobody + 512, "it waits for nothing, and nothing is made for it");
    }

    private static async Task RequestAsync(TestEnvironment proxy, TestBrowser browser, int count, CancellationToken cancellation)
    {
        using var client = proxy.CreateClient("app");
        client.DefaultRequestHeaders.TryAddWithoutValidation("Cookie", browser.CookiesFor(proxy.UrlOf("app")));
        for (var i = 0; i < count; i++)
        {
            using var answer = await client.GetAsync("", cancellation);
            answer.StatusCode.Should().Be(HttpStatusCode.OK);
        }
    }

    private static async Task<double> AllocatedAsync(TestEnvironment proxy, string cookie, CancellationToken cancellation)
    {
        using var client = proxy.CreateClient("app");
        client.DefaultRequestHeaders.TryAddWithoutValidation("Cookie", cookie);
        var least = double.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < 200; i++)
            {
                using var answer = await client.GetAsync("", cancellation);
                answer.StatusCode.Should().Be(HttpStatusCode.OK);
            }

            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / 200.0);
        }

        return least;
    }

    /// <summary>Counts assertions made and verified.</summary>
    private sealed class Signatures : IDisposable
    {
        private readonly MeterListener _listener = new();
        private int _count;

        public Signatures()
        {
            _listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name is "appproxy.gateway.assertions.signed" or "appproxy.connector.assertions.verified")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, _, _, _) => Interlocked.Increment(ref _count));
            _listener.Start();
        }

        public int Count
        {
            get => Volatile.Read(ref _count);
            set => Volatile.Write(ref _count, value);
        }

        public void Dispose() => _listener.Dispose();
    }

    /// <summary>Counts commands to databases.</summary>
    private sealed class Commands : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly List<IDisposable> _subscriptions = [];
        private int _count;

        public Commands() => _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));

        public int Count
        {
            get => Volatile.Read(ref _count);
            set => Volatile.Write(ref _count, value);
        }

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.EntityFrameworkCore")
            {
                _subscriptions.Add(value.Subscribe(this));
            }
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Key == "Microsoft.EntityFrameworkCore.Database.Command.CommandExecuting")
            {
                Interlocked.Increment(ref _count);
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        public void Dispose() => _subscriptions.ForEach(static subscription => subscription.Dispose());
    }
}
