using System.Text.Json.Nodes;
using AppProxy.Tests.EndToEnd.Browser;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

/// <summary>The directory's pages in a real browser: under their Content-Security-Policy, with nothing to complain of, and as they look.</summary>
[CancelAfter(SignInGuard)]
public sealed class A_browser_at_the_directory : DirectoryTest
{
    [Test]
    public async Task Signs_in_sets_up_a_second_step_and_uses_it(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        var page = await Use(await Chromium.StartAsync(cancellation, "--ignore-certificate-errors")).OpenAsync(cancellation);
        var wanted = new Uri(proxy.UrlOf("app"), "deep/page?q=1#part/2");

        await page.GoAsync(wanted, cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/sign-in", cancellation);
        (await page.EvaluateAsync("document.activeElement.id", cancellation)).Should().Be("name");
        await Screenshots.TakeAsync(page, "directory-sign-in", cancellation);
        await FillAsync(page, cancellation, ("name", "alice@corp.test"), ("password", "wrong"));
        await WaitAsync(page, "document.getElementById('problem')", cancellation);
        (await page.EvaluateAsync("document.activeElement.id", cancellation)).Should().Be("password");
        await Screenshots.TakeAsync(page, "directory-wrong", cancellation);
        await FillAsync(page, cancellation, ("name", "alice@corp.test"), ("password", Password));
        (await page.ArriveAsync(url => url.Host == wanted.Host, cancellation)).Should().Be(wanted);

        await page.GoAsync(At("account/two-steps"), cancellation);
        await Screenshots.TakeAsync(page, "directory-two-steps", cancellation);
        var key = await page.EvaluateAsync("[...document.querySelectorAll('b')].find(b => /^[A-Z2-7 ]+$/.test(b.textContent)).textContent", cancellation);
        await FillAsync(page, cancellation, ("code", Authenticator.Code(key)));
        await WaitAsync(page, "document.querySelector('li code')", cancellation);
        await Screenshots.TakeAsync(page, "directory-recovery-codes", cancellation);
        await page.GoAsync(At("account/password"), cancellation);
        await Screenshots.TakeAsync(page, "directory-password", cancellation);

        await page.GoAsync(new Uri(Own, "sign-out"), cancellation);
        await page.ClickAsync("button", cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/sign-out/done", cancellation);
        await page.GoAsync(proxy.UrlOf("app"), cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/sign-in", cancellation);
        await FillAsync(page, cancellation, ("name", "alice@corp.test"), ("password", Password));
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/sign-in/code", cancellation);
        await Screenshots.TakeAsync(page, "directory-code", cancellation);
        await FillAsync(page, cancellation, ("code", Authenticator.Code(key, 1)));
        await page.ArriveAsync(static url => url.Host == "app.localhost", cancellation);
        page.Complaints.Should().NotContain(static complaint => !complaint.Contains("/favicon.ico") && !complaint.Contains("status of 401"));
    }

    [Test]
    public async Task Connects_a_program(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        await AddNativeClientAsync(proxy, "photo-sync", "Photo sync", cancellation);
        var program = Use(await NativeProgram.StartAsync("device", At(""), "photo-sync", cancellation));
        var page = await Use(await Chromium.StartAsync(cancellation, "--ignore-certificate-errors")).OpenAsync(cancellation);

        await page.GoAsync(program.Url(), cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/sign-in", cancellation);
        await FillAsync(page, cancellation, ("name", "alice@corp.test"), ("password", Password));
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/device", cancellation);
        (await page.EvaluateAsync("document.activeElement.id", cancellation)).Should().Be("user_code");
        await Screenshots.TakeAsync(page, "directory-device", cancellation);
        await FillAsync(page, cancellation, ("user_code", program.Begun.GetProperty("code").GetString()!));
        await WaitAsync(page, "document.querySelector('button[name=refuse]')", cancellation);
        await Screenshots.TakeAsync(page, "directory-consent", cancellation);
        await page.EvaluateAsync("document.querySelector('button').click()", cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/device/done", cancellation);
        await Screenshots.TakeAsync(page, "directory-device-done", cancellation);
        (await program.EndAsync(cancellation)).GetProperty("name").GetString().Should().Be("Alice");

        var second = Use(await NativeProgram.StartAsync("loopback", At(""), "photo-sync", cancellation));
        await page.GoAsync(second.Url(), cancellation);
        await WaitAsync(page, "document.querySelector('button[name=refuse]')", cancellation);
        await page.EvaluateAsync("document.querySelector('button').click()", cancellation);
        await page.ArriveAsync(url => url.GetLeftPart(UriPartial.Authority) == second.Url("own").GetLeftPart(UriPartial.Authority), cancellation);
        (await second.EndAsync(cancellation)).GetProperty("name").GetString().Should().Be("Alice");
        page.Complaints.Should().NotContain(static complaint => !complaint.Contains("/favicon.ico"));
    }

    /// <summary>Waits for what the next page shows.</summary>
    private static async Task WaitAsync(BrowserPage page, string condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await page.WaitForAsync(condition, cancellationToken);
                return;
            }
            catch (InvalidOperationException)
            {
                // It was still the page before, which went away.
            }
        }
    }

    /// <summary>Fills the page's form, and sends it.</summary>
    private static async Task FillAsync(BrowserPage page, CancellationToken cancellation, params (string Name, string Value)[] fields)
    {
        var values = string.Concat(fields.Select(static field => $"document.getElementById('{field.Name}').value = {JsonValue.Create(field.Value).ToJsonString()};"));
        await page.EvaluateAsync(values + "document.querySelector('button').click()", cancellation);
    }
}
