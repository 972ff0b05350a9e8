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
        await Accessibility.CheckAsync(page, cancellation);
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
        await Accessibility.CheckAsync(page, cancellation);
    }

    [Test]
    public async Task While_an_app_is_maintained(CancellationToken cancellation)
    {
        await using var browser = await Chromium.StartAsync(cancellation);
        await using var proxy = await TestEnvironment.StartAsync(
            static options =>
            {
                options.Relay["maintenance"] = new { message = "Back at <b>nine</b>." };
                options.Publish("app", static _ => Task.CompletedTask);
            },
            cancellation);
        var page = await browser.OpenAsync(cancellation);
        await page.PreferAsync("de-CH,de;q=0.9,en;q=0.5", cancellation);

        await page.GoAsync(proxy.UrlOf("app"), cancellation);

        (await page.TextAsync("h1", cancellation)).Should().Be("app wird gerade gewartet");
        (await page.TextAsync("main p", cancellation)).Should().Be("Back at <b>nine</b>.", "it is text, whoever wrote it");
        (await page.EvaluateAsync("document.documentElement.lang", cancellation)).Should().Be("de");
        await Screenshots.TakeAsync(page, "maintenance", cancellation);
        await Accessibility.CheckAsync(page, cancellation);
    }

    [Test]
    public async Task And_gets_along_by_keyboard(CancellationToken cancellation)
    {
        await using var browser = await Chromium.StartAsync(cancellation);
        await using var proxy = await TestEnvironment.StartAsync(
            static options =>
            {
                options.Relay["maintenance"] = new { message = "Back soon." };
                options.Publish("app", static _ => Task.CompletedTask);
            },
            cancellation);
        var page = await browser.OpenAsync(cancellation);
        await page.GoAsync(proxy.UrlOf("app"), cancellation);

        await page.PressAsync("Tab", cancellation);

        (await page.TextAsync(":focus", cancellation)).Should().Be("Skip to content");
        (await page.EvaluateAsync("document.activeElement.getBoundingClientRect().top >= 0", cancellation)).Should().Be("true", "it is seen while it has the focus");
        await page.PressAsync("Enter", cancellation);
        await page.WaitForAsync("document.activeElement.id === 'main'", cancellation);
        await page.PressAsync("Tab", cancellation);
        (await page.TextAsync(":focus", cancellation)).Should().Be("Try again");
        (await page.EvaluateAsync("getComputedStyle(document.activeElement).outlineStyle", cancellation)).Should().Be("solid");
    }
}
