using AppProxy.Gateway.Demo.SampleApp;
using AppProxy.Testing;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Browser;

/// <summary>Every page of the sample app does through the relay what it does without, and looks well.</summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed class A_browser_opens_the_sample_app
{
    private SampleAppHost _app = null!;
    private TestEnvironment _proxy = null!;
    private Chromium _browser = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        _browser = await Chromium.StartAsync(limit.Token);
        _app = await SampleAppHost.StartAsync(TimeProvider.System, limit.Token);
        _proxy = await TestEnvironment.StartAsync(options => options.Publish("app", _app.Url), limit.Token);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        foreach (var started in (IAsyncDisposable?[])[_browser, _proxy, _app])
        {
            if (started is not null)
            {
                await started.DisposeAsync();
            }
        }
    }

    [Test]
    public async Task Home(CancellationToken cancellation)
    {
        var page = await OpenAsync("", cancellation);

        (await page.TextAsync("h1", cancellation)).Should().Be("It works");
        foreach (var method in (string[])["GET", "POST", "DELETE"])
        {
            await page.ClickAsync($"button[data-method={method}]", cancellation);
            await page.WaitForAsync($"document.getElementById('answer').textContent.startsWith('200') && document.getElementById('answer').textContent.includes('{(method == "GET" ? "time" : method)}')", cancellation);
        }

        await FinishAsync(page, "home", cancellation);
    }

    [Test]
    public async Task Upload(CancellationToken cancellation)
    {
        var page = await OpenAsync("upload", cancellation);

        await page.ClickAsync("#generated", cancellation);
        await page.WaitForAsync("!document.getElementById('result').hidden", cancellation);

        (await page.TextAsync("#bytes", cancellation)).Should().Be("10.0 MB");
        (await page.TextAsync("#there", cancellation)).Should().HaveLength(64).And.Be(await page.TextAsync("#here", cancellation));
        await FinishAsync(page, "upload", cancellation);
    }

    [Test]
    public async Task Download(CancellationToken cancellation)
    {
        var page = await OpenAsync("download", cancellation);

        await page.ClickAsync("#measure", cancellation);
        await page.WaitForAsync("document.getElementById('status').textContent.startsWith('50.0 MB in')", cancellation);
        await page.ClickAsync("#range", cancellation);
        await page.WaitForAsync("document.getElementById('part').textContent.startsWith('206')", cancellation);

        await FinishAsync(page, "download", cancellation);
    }

    [Test]
    public async Task Clock(CancellationToken cancellation)
    {
        var page = await OpenAsync("clock", cancellation);

        await page.WaitForAsync("Number(document.getElementById('count').textContent) >= 3", cancellation);

        await FinishAsync(page, "clock", cancellation);
    }

    [Test]
    public async Task Chat(CancellationToken cancellation)
    {
        var anna = await OpenAsync("chat", cancellation);
        var ben = await OpenAsync("chat", cancellation);
        foreach (var person in (BrowserPage[])[anna, ben])
        {
            await person.WaitForAsync("document.getElementById('status').textContent === 'Connected'", cancellation);
        }

        await anna.EvaluateAsync("document.getElementById('text').value = 'Hello Ben'", cancellation);
        await anna.ClickAsync("#form button", cancellation);

        await ben.WaitForAsync("document.getElementById('messages').textContent.includes('Hello Ben')", cancellation);
        ben.Complaints.Should().BeEmpty();
        await FinishAsync(anna, "chat", cancellation);
    }

    private async Task<BrowserPage> OpenAsync(string path, CancellationToken cancellation)
    {
        var page = await _browser.OpenAsync(cancellation);
        await page.GoAsync(new Uri(_proxy.UrlOf("app"), path), cancellation);
        return page;
    }

    private static async Task FinishAsync(BrowserPage page, string name, CancellationToken cancellation)
    {
        await Screenshots.TakeAsync(page, name, cancellation);
        page.Complaints.Should().BeEmpty();
    }
}
