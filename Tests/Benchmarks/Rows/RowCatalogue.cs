using System.Globalization;
using AppProxy.Benchmarks.Contenders;
using AppProxy.Benchmarks.Load;

namespace AppProxy.Benchmarks.Rows;

/// <summary>The one list of what is measured, and of what is promised of it.</summary>
internal static class RowCatalogue
{
    public static IReadOnlyList<Row> All(int largeMebibytes)
    {
        var largeBytes = largeMebibytes * 1024L * 1024L;
        var plain = new[]
        {
            Requests("get-1k-32", "GET 1 KiB, 32 connections", "/1k", 32, 1024) with
            {
                Bars = new Bars { LowestRate = 0.5, HighestP99 = 4, RelayServerRate = RelayServerFigures.Get1KibAt32 },
            },
            Requests("get-1k-1", "GET 1 KiB, 1 connection", "/1k", 1, 1024) with
            {
                Bars = new Bars { HighestP50 = 4, RelayServerRate = RelayServerFigures.Get1KibAt1 },
            },
            Requests("get-1k-256", "GET 1 KiB, 256 connections", "/1k", 256, 1024) with
            {
                Bars = new Bars { LowestRate = 0.5, HighestP99 = 4, RelayServerRate = RelayServerFigures.Get1KibAt256 },
            },
            Requests("post-1k-32", "POST 1 KiB echoed, 32 connections", "/echo", 32, 1024) with
            {
                RequestBytes = 1024,
                Bars = new Bars { LowestRate = 0.4, RelayServerRate = RelayServerFigures.Post1KibAt32 },
            },
            Requests("get-100k-8", "GET 100 KiB, 8 connections", "/100k", 8, 100 * 1024) with
            {
                Bars = new Bars { LowestRate = 0.5, RelayServerRate = RelayServerFigures.Get100KibAt8 },
            },
            new Row
            {
                Name = "get-large",
                Title = string.Create(CultureInfo.InvariantCulture, $"one GET of {largeMebibytes} MiB"),
                Kind = LoadKind.Transfer,
                Path = string.Create(CultureInfo.InvariantCulture, $"/bytes?n={largeBytes}"),
                ResponseBytes = largeBytes,
                Bars = new Bars { LowestRate = 0.5, RelayServerRate = RelayServerFigures.LargeGet },
            },
            new Row
            {
                Name = "post-large",
                Title = string.Create(CultureInfo.InvariantCulture, $"one POST of {largeMebibytes} MiB"),
                Kind = LoadKind.Transfer,
                Path = "/sink",
                RequestBytes = largeBytes,
                Bars = new Bars { LowestRate = 0.5 },
            },
        };

        var events = new Row
        {
            Name = "events",
            Title = "100 event streams, time from the app's write to the client",
            Kind = LoadKind.Events,
            Path = "/events",
            Connections = 100,
        };

        var tls = plain.Select(row => row with
        {
            Name = "tls-" + row.Name,
            Title = row.Title + ", TLS on both legs",
            Lane = Lane.Tls,

            // RelayServer was measured without TLS only.
            Bars = row.Bars with { RelayServerRate = null },
        });
        return [.. plain, events, .. tls];
    }

    private static Row Requests(string name, string title, string path, int connections, long responseBytes) => new()
    {
        Name = name,
        Title = title,
        Kind = LoadKind.Requests,
        Path = path,
        Connections = connections,
        ResponseBytes = responseBytes,
    };
}
