using System.Globalization;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Promises;

[Platform("Linux", Reason = "Reads what the kernel says of a process.")]
public sealed class Large_bodies_need_little_memory : EndToEndTest
{
    private const int MB = 1024 * 1024;
    private const int Piece = 64 * 1024;

    /// <summary>What no process may need more, whatever the size of a body.</summary>
    private const long Most = 64 * MB;

    /// <summary>Enough that code is compiled, and that pools and windows have grown: what these take once is not what a body costs.</summary>
    private const long WarmUp = 32 * MB;

    [Test, CancelAfter(1_800_000)]
    public async Task In_either_direction([Values] bool isHttp2, CancellationToken cancellation)
    {
        var length = Scale.Current.Of(usual: 256L * MB, full: 2048L * MB);
        var deployment = Use(await Deployment.StartAsync(AnswerAsync, isHttp2, cancellation));
        using var client = deployment.CreateClient();
        await DownloadAsync(client, WarmUp, cancellation);
        await UploadAsync(client, WarmUp, cancellation);

        var gateway = new Growth("gateway", deployment.Gateway.Id);
        var connector = new Growth("connector", deployment.Connector.Id);
        await DownloadAsync(client, length, cancellation);
        var down = (Gateway: gateway.ToString(), Connector: connector.ToString());
        await UploadAsync(client, length, cancellation);

        await TestContext.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{(isHttp2 ? "HTTP/2" : "HTTP/1.1")}, {length / MB} MB down, then up. After the download: {down.Gateway}; {down.Connector}. After both: {gateway}; {connector}."));
        gateway.Octets.Should().BeLessThan(Most);
        connector.Octets.Should().BeLessThan(Most);
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        if (HttpMethods.IsPost(context.Request.Method))
        {
            var total = await CountAsync(context.Request.Body, context.RequestAborted);
            await context.Response.WriteAsync(total.ToString(CultureInfo.InvariantCulture));
            return;
        }

        var length = long.Parse(context.Request.Query["length"].ToString(), CultureInfo.InvariantCulture);
        context.Response.ContentLength = length;
        await WriteAsync(context.Response.Body, length, context.RequestAborted);
    }

    private static async Task DownloadAsync(HttpClient client, long length, CancellationToken cancellation)
    {
        using var answer = await client.GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"/?length={length}"), HttpCompletionOption.ResponseHeadersRead, cancellation);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
        (await CountAsync(body, cancellation)).Should().Be(length);
    }

    private static async Task UploadAsync(HttpClient client, long length, CancellationToken cancellation)
    {
        using var content = new PushedContent();
        var sending = client.PostAsync("/", content, cancellation);
        await WriteAsync(await content.Stream.WaitAsync(cancellation), length, cancellation);
        content.Complete();
        using var answer = await sending;
        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be(length.ToString(CultureInfo.InvariantCulture));
    }

    private static async Task<long> CountAsync(Stream body, CancellationToken cancellation)
    {
        var piece = new byte[Piece];
        var total = 0L;
        while (await body.ReadAsync(piece, cancellation) is var count and > 0)
        {
            total += count;
        }

        return total;
    }

    private static async Task WriteAsync(Stream body, long length, CancellationToken cancellation)
    {
        var piece = new byte[Piece];
        for (var left = length; left > 0; left -= Math.Min(left, Piece))
        {
            await body.WriteAsync(piece.AsMemory(0, (int)Math.Min(left, Piece)), cancellation);
        }
    }

    /// <summary>What a process holds at its worst beyond what it held when this was made.</summary>
    private sealed class Growth
    {
        private readonly string _name;
        private readonly int _process;
        private readonly long _before;

        public Growth(string name, int process)
        {
            _name = name;
            _process = process;
            ResidentMemory.ForgetPeakOf(process);
            _before = ResidentMemory.NowOf(process);
        }

        public long Octets => ResidentMemory.PeakOf(_process) - _before;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_name} {_before / MB} + {Octets / MB} MB");
    }
}
