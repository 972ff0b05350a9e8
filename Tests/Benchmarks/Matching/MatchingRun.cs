using System.Diagnostics;
using System.Globalization;
using System.Text;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Reading;
using Microsoft.AspNetCore.Http;

namespace AppProxy.Benchmarks.Matching;

/// <summary>How long it takes to find the app of a request among few and among many. Below what one request costs by three orders of magnitude, so not a row beside others.</summary>
internal static class MatchingRun
{
    private const int Lookups = 200_000;
    private static readonly int[] Sizes = [10, 100, 1_000, 10_000];

    public static string Run()
    {
        var report = new StringBuilder("| apps | by host | by host and path | by wildcard | none |\n|---|---|---|---|---|\n");
        foreach (var size in Sizes)
        {
            var matcher = Create(size);
            report.Append(CultureInfo.InvariantCulture, $"| {size} |");
            Add(matcher, size, "app{0}.example.com", "/x");
            Add(matcher, size, "shared.example.com", "/app{0}/x");
            Add(matcher, size, "a.wild{0}.example.com", "/x");
            Add(matcher, size, "nobody{0}.example.org", "/x");
            report.Append('\n');
        }

        return report.ToString();

        void Add(AppMatcher matcher, int size, string host, string path)
            => report.Append(CultureInfo.InvariantCulture, $" {Measure(matcher, size, host, path):0} ns |");
    }

    private static AppMatcher Create(int size)
    {
        var apps = Enumerable.Range(0, size).Select(static number => (number % 3) switch
        {
            0 => App($"https://app{number}.example.com/", "http://a/"),
            1 => App($"https://shared.example.com/app{number}/", "http://a/"),
            _ => App($"https://*.wild{number}.example.com/", "http://*.corp/"),
        });
        var reading = CatalogueReader.Read(Encoding.UTF8.GetBytes($$"""{ "applications": [ {{string.Join(",", apps)}} ] }"""), ["gateway.example.com"], CatalogueSnapshot.Empty, 1);
        return reading.Snapshot?.Matcher ?? throw new InvalidOperationException(reading.Problems[0].ToString());
    }

    private static string App(string externalUrl, string internalUrl)
        => $$"""{ "displayName": "x", "onPremisesPublishing": { "externalUrl": "{{externalUrl}}", "internalUrl": "{{internalUrl}}", "externalAuthenticationType": "passthru" } }""";

    /// <summary>The best of five: what the machine does besides only makes it slower.</summary>
    private static double Measure(AppMatcher matcher, int size, string host, string path)
    {
        // Spread over all apps, so that no cache line stays warm that real traffic would cool.
        var requests = Enumerable.Range(0, Math.Min(size, 1_000)).Select(number => (
            Host: new HostString(string.Format(CultureInfo.InvariantCulture, host, number * 7 % size)),
            Path: string.Format(CultureInfo.InvariantCulture, path, number * 7 % size))).ToArray();
        return Enumerable.Range(0, 5).Min(_ =>
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < Lookups; i++)
            {
                ref readonly var request = ref requests[i % requests.Length];
                matcher.TryMatch("https", request.Host, request.Path, out var _);
            }

            return Stopwatch.GetElapsedTime(started).TotalNanoseconds / Lookups;
        });
    }
}
