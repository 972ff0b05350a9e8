using System.Text;
using System.Text.Json.Nodes;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Browser;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Clients;

/// <summary>Chromium asks for everything at once, over as many connections or streams as it likes.</summary>
public sealed class A_browser_loads_a_heavy_page : EndToEndTest
{
    private const int Each = 50;

    [Test, CancelAfter(60_000)]
    public async Task With_200_resources(
        [Values(TestProtocol.Http1, TestProtocol.Https1, TestProtocol.Https2)] TestProtocol front, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Front = front;
                o.Publish("app", AnswerAsync);
            },
            cancellation);
        await using var browser = await Chromium.StartAsync(cancellation);
        var page = await OpenAsync(browser, cancellation);

        await page.GoAsync(proxy.UrlOf("app"), cancellation);
        await page.WaitForAsync("window.fetched !== undefined", cancellation);

        page.Complaints.Should().BeEmpty();
        (await page.EvaluateAsync("performance.getEntriesByType('resource').filter(entry => entry.responseStatus === 200).length", cancellation)).Should().Be("200");
        (await page.EvaluateAsync("[...document.images].filter(image => image.naturalWidth === 3).length", cancellation)).Should().Be("50");
        (await page.EvaluateAsync("window.ran", cancellation)).Should().Be("50");
        (await page.EvaluateAsync("[...document.styleSheets].filter(sheet => sheet.cssRules.length === 1).length", cancellation)).Should().Be("50");
        (await page.EvaluateAsync("window.fetched", cancellation)).Should().Be("1225", "each of the answers is the one asked for");
        (await page.EvaluateAsync("performance.getEntriesByType('navigation')[0].nextHopProtocol", cancellation)).Should().Be(
            front == TestProtocol.Https2 ? "h2" : "http/1.1");
    }

    /// <summary>A tab that takes the test's own certificate.</summary>
    private static async Task<BrowserPage> OpenAsync(Chromium browser, CancellationToken cancellation)
    {
        var target = await browser.Tools.SendAsync("Target.createTarget", new JsonObject { ["url"] = "about:blank" }, null, cancellation);
        var attached = await browser.Tools.SendAsync(
            "Target.attachToTarget", new JsonObject { ["targetId"] = target["targetId"]!.GetValue<string>(), ["flatten"] = true }, null, cancellation);
        var session = attached["sessionId"]!.GetValue<string>();
        await browser.Tools.SendAsync("Security.setIgnoreCertificateErrors", new JsonObject { ["ignore"] = true }, session, cancellation);
        var page = new BrowserPage(browser.Tools, session);
        await page.EnableAsync(cancellation);
        return page;
    }

    private static Task AnswerAsync(HttpContext context)
    {
        var name = context.Request.Path.Value!;
        var number = context.Request.Query["number"].ToString();
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = name switch
        {
            "/" => "text/html; charset=utf-8",
            "/image" or "/favicon.ico" => "image/svg+xml",
            "/script" => "text/javascript",
            "/style" => "text/css",
            _ => "text/plain",
        };
        return context.Response.WriteAsync(name switch
        {
            "/" => Page(),
            "/image" or "/favicon.ico" => "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"3\" height=\"3\"/>",
            "/script" => "window.ran = (window.ran ?? 0) + 1; //" + new string('x', 10_000),
            "/style" => $".s{number} {{ color: red; }}",
            _ => number,
        });
    }

    /// <summary>Of 200 resources the last 50 are asked for by script, which the load event does not wait for.</summary>
    private static string Page()
    {
        var page = new StringBuilder("<!doctype html><title>Heavy</title><link rel=\"icon\" href=\"data:,\">");
        for (var i = 0; i < Each; i++)
        {
            page.Append(System.Globalization.CultureInfo.InvariantCulture, $"""
                <link rel="stylesheet" href="style?number={i}"><script src="script?number={i}"></script><img src="image?number={i}" alt="">
                """);
        }

        return page.Append(System.Globalization.CultureInfo.InvariantCulture, $$"""
            <script type="module">
            const texts = await Promise.all(Array.from({ length: {{Each}} }, async (_, i) => (await fetch(`text?number=${i}`)).text()));
            window.fetched = texts.reduce((sum, text) => sum + Number(text), 0);
            </script>
            """).ToString();
    }
}
