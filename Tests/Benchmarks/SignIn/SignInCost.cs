using System.Globalization;
using AppProxy.Benchmarks.Contenders;
using AppProxy.Benchmarks.Load;
using AppProxy.Benchmarks.Reporting;

namespace AppProxy.Benchmarks.SignIn;

/// <summary>
/// What a signed-in request costs the gateway's process beside one to an open app, turn by turn in the same run; and what a session takes. The ratio
/// is the result: both go through the same processes to the same app.
/// </summary>
internal static class SignInCost
{
    private const double Bar = 1.1;
    private const int Connections = 32;

    public static async Task RunAsync(int rounds, int seconds, TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync(MachineDescription.Text());
        var (process, app) = await ServerRole.StartAsync("role-app", null, null, cancellationToken);
        await using (process)
        {
            await using var provider = await YesProvider.StartAsync(cancellationToken);
            await using var relay = await SignedInRelay.StartAsync(app, provider, cancellationToken);
            var cookie = await relay.SignInAsync(cancellationToken);

            // The open app's client has no cookie: what one costs to read and to take out is sign-in's.
            var order = new LoadOrder { Kind = LoadKind.Requests, Url = new Uri(relay.Url, "/1k"), Connections = Connections, ResponseBytes = 1024, Seconds = seconds };
            var open = order with { Host = relay.OpenHost };
            var signedIn = order with { Host = relay.SignedInHost, Cookie = cookie };
            await output.WriteLineAsync("\n| round | open, ticks/10,000 requests | signed in | ratio |\n|--:|--:|--:|--:|");
            var ratios = new List<double>();
            for (var round = 0; round <= rounds; round++)
            {
                // There and back again, each round alike: what grows slower or faster meanwhile weighs the same on both. The first round is for the compiler.
                var free = await MeasureAsync(relay, open, cancellationToken);
                var person = await MeasureAsync(relay, signedIn, cancellationToken);
                person += await MeasureAsync(relay, signedIn, cancellationToken);
                free += await MeasureAsync(relay, open, cancellationToken);
                if (round > 0)
                {
                    ratios.Add(person / free);
                    await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| {round} | {free / 2:0.0} | {person / 2:0.0} | {person / free:0.00} |"));
                }
            }

            var ordered = ratios.Order().ToList();
            var median = (ordered[ordered.Count / 2] + ordered[(ordered.Count - 1) / 2]) / 2;
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"\nMedian ratio of the gateway's processor time: {median:0.00}, bar {Bar:0.00}: {(median <= Bar ? "met" : "not met")}\n"));
        }

        await SessionMemory.WriteAsync(output, cancellationToken);
    }

    private static async Task<double> MeasureAsync(SignedInRelay relay, LoadOrder order, CancellationToken cancellationToken)
    {
        var before = relay.GatewayTicks;
        var report = await new RequestLoad(order).RunAsync(cancellationToken);
        return report.Errors == 0
            ? (relay.GatewayTicks - before) * 10_000.0 / report.Answered
            : throw new InvalidOperationException($"{order.Host}: {report.Errors} of {report.Sent} requests failed: {report.FirstError}");
    }
}
