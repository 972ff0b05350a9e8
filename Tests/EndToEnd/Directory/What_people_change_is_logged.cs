using System.Text.RegularExpressions;
using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Audit.Storage;
using AppProxy.Gateway.Storage;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using Microsoft.AspNetCore.WebUtilities;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

[CancelAfter(SignInGuard)]
public sealed partial class What_people_change_is_logged : DirectoryTest
{
    private const string Better = "Quarz-heron.over.9.fjords";
    private const string Wrong = "not-this-one-either";

    [Test]
    public async Task With_the_sessions_that_end_and_no_secret(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        using var passkey = new Passkey { Origin = Own.GetLeftPart(UriPartial.Authority) };
        var secrets = new List<string> { Password, Better, Wrong };
        (string, string)[] chosen = [("new-password", Better), ("repeated", Better)];

        // Links.
        var (first, bobs) = (await LinkAsync(proxy, null, cancellation), await LinkAsync(proxy, "bob@corp.test", cancellation));
        secrets.AddRange(((Uri[])[first, bobs]).Select(static link => QueryHelpers.ParseQuery(link.Query)["secret"].ToString()));
        await browser.SubmitAsync(await browser.GoAsync(first, cancellation), cancellation, [("name", "olga@corp.test"), ("display-name", "Olga"), .. chosen]);
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation, "bob@corp.test");
        await browser.SubmitAsync(await browser.GoAsync(bobs, cancellation), cancellation, chosen);

        // The password.
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);
        var form = await browser.GoAsync(At("account/password"), cancellation);
        await browser.SubmitAsync(form, cancellation, [("password", Wrong), .. chosen]);
        await browser.SubmitAsync(form, cancellation, [("password", Password), .. chosen]);

        // A passkey.
        var page = await browser.GoAsync(At("account/passkeys"), cancellation);
        page = await browser.SubmitAsync(page, cancellation, ("passkey", passkey.Create(page)), ("name", "Phone"));
        await browser.PostAsync(At("account/passkeys"), new Dictionary<string, string>(page.Form.Fields) { ["do"] = "remove", ["id"] = Id().Match(page.Body).Groups[1].Value }, page.Url, cancellation);

        // The second step.
        page = await browser.GoAsync(At("account/two-steps"), cancellation);
        var key = Key().Match(page.Body).Groups[1].Value.Replace(" ", "", StringComparison.Ordinal);
        secrets.Add(key);
        secrets.AddRange(Codes().Matches((await browser.SubmitAsync(page, cancellation, ("code", Authenticator.Code(key)))).Body).Select(static code => code.Groups[1].Value));
        secrets.AddRange(Codes().Matches((await browser.SubmitAsync(await browser.GoAsync(At("account/recovery-codes"), cancellation), cancellation)).Body).Select(static code => code.Groups[1].Value));
        await browser.SubmitAsync(await browser.GoAsync(At("account/two-steps"), cancellation), cancellation);
        await proxy.StopGatewayAsync(cancellation);

        var rows = await new AuditDatabase(StoreConnection.Parse(Store)).FindAsync(new AuditQuery { Kind = AuditKind.AccountChange }, cancellation);
        rows.Reverse();
        rows.Select(static row => (row.UserName, row.Outcome, row.Detail)).Should().Equal(
            ("olga@corp.test", "success", "first owner, by a link"),
            ("bob@corp.test", "success", "password set by a link; sessions ended: 1"),
            ("alice@corp.test", "wrong-password", "password"),
            ("alice@corp.test", "success", "password changed; sessions ended: 1"),
            ("alice@corp.test", "success", "passkey added"),
            ("alice@corp.test", "success", "passkey removed; sessions ended: 1"),
            ("alice@corp.test", "success", "two-step verification turned on"),
            ("alice@corp.test", "success", "new recovery codes"),
            ("alice@corp.test", "success", "two-step verification turned off"));
        rows.Should().OnlyContain(static row => row.Address == "127.0.0.1" && row.User != null);
        secrets.Should().HaveCount(26);
        var all = string.Join('\n', Log.Entries.Select(static entry => entry.Text));
        secrets.Should().OnlyContain(secret => !all.Contains(secret, StringComparison.Ordinal), "a log is no place for it");
    }

    [GeneratedRegex("type this key: <b>([A-Z2-7 ]+)</b>")]
    private static partial Regex Key();

    [GeneratedRegex("<li><code>([0-9A-Z-]+)</code></li>")]
    private static partial Regex Codes();

    [GeneratedRegex("name=\"id\" value=\"([^\"]+)\"")]
    private static partial Regex Id();
}
