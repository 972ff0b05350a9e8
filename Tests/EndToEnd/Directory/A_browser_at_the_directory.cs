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
        await FinishAsync(page, "directory-sign-in", cancellation);
        await FillAsync(page, cancellation, ("name", "alice@corp.test"), ("password", "wrong"));
        await WaitAsync(page, "document.getElementById('problem')", cancellation);
        (await page.EvaluateAsync("document.activeElement.id", cancellation)).Should().Be("password");
        await FinishAsync(page, "directory-wrong", cancellation);
        await FillAsync(page, cancellation, ("name", "alice@corp.test"), ("password", Password));
        (await page.ArriveAsync(url => url.Host == wanted.Host, cancellation)).Should().Be(wanted);

        await page.GoAsync(At("account/two-steps"), cancellation);
        await FinishAsync(page, "directory-two-steps", cancellation);
        var key = await page.EvaluateAsync("[...document.querySelectorAll('b')].find(b => /^[A-Z2-7 ]+$/.test(b.textContent)).textContent", cancellation);
        await FillAsync(page, cancellation, ("code", Authenticator.Code(key)));
        await WaitAsync(page, "document.querySelector('li code')", cancellation);
        await FinishAsync(page, "directory-recovery-codes", cancellation);
        await page.GoAsync(At("account/password"), cancellation);
        await FinishAsync(page, "directory-password", cancellation);

        await page.GoAsync(new Uri(Own, "sign-out"), cancellation);
        await page.ClickAsync("button", cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/sign-out/done", cancellation);
        await page.GoAsync(proxy.UrlOf("app"), cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/sign-in", cancellation);
        await FillAsync(page, cancellation, ("name", "alice@corp.test"), ("password", Password));
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/sign-in/code", cancellation);
        await FinishAsync(page, "directory-code", cancellation);
        await FillAsync(page, cancellation, ("code", Authenticator.Code(key, 1)));
        await page.ArriveAsync(static url => url.Host == "app.localhost", cancellation);
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
        await FinishAsync(page, "directory-device", cancellation);
        await FillAsync(page, cancellation, ("user_code", program.Begun.GetProperty("code").GetString()!));
        await WaitAsync(page, "document.querySelector('button[name=refuse]')", cancellation);
        await FinishAsync(page, "directory-consent", cancellation);
        await page.EvaluateAsync("document.querySelector('button').click()", cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/device/done", cancellation);
        await FinishAsync(page, "directory-device-done", cancellation);
        (await program.EndAsync(cancellation)).GetProperty("name").GetString().Should().Be("Alice");

        var second = Use(await NativeProgram.StartAsync("loopback", At(""), "photo-sync", cancellation));
        await page.GoAsync(second.Url(), cancellation);
        await WaitAsync(page, "document.querySelector('button[name=refuse]')", cancellation);
        await page.EvaluateAsync("document.querySelector('button').click()", cancellation);
        await page.ArriveAsync(url => url.GetLeftPart(UriPartial.Authority) == second.Url("own").GetLeftPart(UriPartial.Authority), cancellation);
        (await second.EndAsync(cancellation)).GetProperty("name").GetString().Should().Be("Alice");
    }

    [Test]
    public async Task Becomes_the_owner_by_a_link_that_works_once_and_signs_out(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        var (owners, bobs) = (await LinkAsync(proxy, null, cancellation), await LinkAsync(proxy, "bob@corp.test", cancellation));
        var page = await Use(await Chromium.StartAsync(cancellation, "--ignore-certificate-errors")).OpenAsync(cancellation);

        await page.GoAsync(bobs, cancellation);
        await FinishAsync(page, "directory-link", cancellation);
        await FillAsync(page, cancellation, ("new-password", "password12"), ("repeated", "password12"));
        await WaitAsync(page, "document.getElementById('problem')", cancellation);
        await FinishAsync(page, "directory-link-refused", cancellation);
        await page.GoAsync(owners, cancellation);
        await FinishAsync(page, "directory-first-owner", cancellation);
        await FillAsync(page, cancellation, ("name", "olga"), ("display-name", "Olga"), ("new-password", Password), ("repeated", Password));
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/sign-in", cancellation);
        await page.GoAsync(owners, cancellation);
        await FinishAsync(page, "directory-link-gone", cancellation);

        await page.GoAsync(Own, cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/sign-in", cancellation);
        await FillAsync(page, cancellation, ("name", "olga"), ("password", Password));
        await page.ArriveAsync(url => url == Own, cancellation);
        await page.GoAsync(At("end-session"), cancellation);
        await FinishAsync(page, "directory-sign-out", cancellation);
        await page.EvaluateAsync("document.querySelector('button').click()", cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/sign-out/done", cancellation);
        await FinishAsync(page, "directory-signed-out", cancellation);
    }

    [Test]
    public async Task Is_told_to_wait_and_what_is_not_there(CancellationToken cancellation)
    {
        await StartDirectoryAsync(cancellation);
        var page = await Use(await Chromium.StartAsync(cancellation, "--ignore-certificate-errors")).OpenAsync(cancellation);

        await page.GoAsync(At("sign-in"), cancellation);
        for (var tried = 0; tried < 6; tried++)
        {
            await page.EvaluateAsync("window.isBefore = true", cancellation);
            await FillAsync(page, cancellation, ("name", "alice@corp.test"), ("password", "wrong"));
            await WaitAsync(page, "!window.isBefore && document.getElementById('problem')", cancellation);
        }

        (await page.TextAsync("#problem", cancellation)).Should().Contain("There were too many attempts");
        await FinishAsync(page, "directory-too-many", cancellation);
        await page.GoAsync(At("nothing-here"), cancellation);
        await FinishAsync(page, "directory-not-found", cancellation);
        await page.GoAsync(At("device/denied"), cancellation);
        await FinishAsync(page, "directory-device-denied", cancellation);
        await page.GoAsync(At("authorize?client_id=nobody"), cancellation);
        await FinishAsync(page, "directory-request-refused", cancellation);
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
