using AppProxy.Testing;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Browser;

/// <summary>The gateway's own pages, which people see when something is wrong.</summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed class A_browser_meets_an_error
{
    [Test]
    public async Task Without_a_connector(CancellationToken cancellation)
    {
        await using var browser = await Chromium.StartAsync(cancellation);
        await using var proxy = await TestEnvironment.StartAsync(
            options =>
            {
                options.Connectors = 0;
                options.Relay["waitForConnector"] = "00:00:00.5";
                options.Publish("app", static _ => Task.CompletedTask);
            },
            cancellation);
        var page = await browser.OpenAsync(cancellation);

        await page.GoAsync(proxy.UrlOf("app"), cancellation);

        (await page.TextAsync("h1", cancellation)).Should().Be("app is not available right now");
        (await page.TextAsync("dd", cancellation)).Should().Be("no-connector");
        (await page.EvaluateAsync("document.querySelectorAll('dd')[1].textContent", cancellation)).Should().HaveLength(32);
        await Screenshots.TakeAsync(page, "error", cancellation);
    }

    [Test]
    public async Task Where_nothing_is_published(CancellationToken cancellation)
    {
        await using var browser = await Chromium.StartAsync(cancellation);
        await using var proxy = await TestEnvironment.StartAsync(static options => options.Publish("app", static _ => Task.CompletedTask), cancellation);
        var page = await browser.OpenAsync(cancellation);

        var nowhere = new UriBuilder(proxy.UrlOf("app")) { Host = "other.localhost", Path = "/some/page" }.Uri;
        await page.GoAsync(nowhere, cancellation);

        (await page.TextAsync("h1", cancellation)).Should().Be("Nothing is published here");
        (await page.TextAsync("b", cancellation)).Should().Be(nowhere.Authority + "/some/page");
        await Screenshots.TakeAsync(page, "not-found", cancellation);
    }
}
