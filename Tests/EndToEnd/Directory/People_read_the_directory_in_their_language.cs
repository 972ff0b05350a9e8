using System.Net;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using AppProxy.Gateway.Pages;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using Microsoft.AspNetCore.Identity;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

/// <summary>Somebody who reads German: no page of theirs has a text that is not among the German ones.</summary>
[CancelAfter(SignInGuard)]
public sealed partial class People_read_the_directory_in_their_language : DirectoryTest
{
    private const string Languages = "de-CH, de;q=0.9, en;q=0.5";

    private static readonly string[] Families = ["Directory_", "Account_", "SignOut_", "Problem_", "Fact_"];

    /// <summary>The German texts of these pages, with anything for the values in them.</summary>
    private static readonly Regex[] German = [.. Language.German.Names.Where(static name => Families.Any(family => name.StartsWith(family, StringComparison.Ordinal)))
        .Select(static name => new Regex($"^{Values().Replace(Regex.Escape(Language.German[name]), ".*")}$", RegexOptions.CultureInvariant))];

    [Test]
    public async Task As_they_sign_in_in_two_steps_and_see_to_their_account(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        var key = await AddAuthenticatorAsync(proxy, "alice@corp.test");
        await AddPasskeyAsync(proxy, "alice@corp.test");
        using var browser = new TestBrowser { Languages = Languages };

        // Password.
        var asked = await browser.GoAsync(proxy.UrlOf("app"), cancellation);
        Read(asked).Should().StartWith("Anmelden").And.Contain("Benutzername").And.Contain("Mit einem Passkey anmelden");
        var wrong = await browser.SubmitAsync(asked, cancellation, ("name", "alice@corp.test"), ("password", "wrong"));
        wrong.Status.Should().Be(HttpStatusCode.Unauthorized);
        Read(wrong).Should().StartWith("Problem: Anmelden").And.Contain("Der Name oder das Passwort ist falsch.");
        Read(await browser.GoAsync(new Uri(asked.Url + "&needed=passkey"), cancellation)).Should().Contain("Benutzen Sie Ihren Passkey");
        Read(await browser.SubmitAsync(asked, cancellation, ("passkey", "{}"))).Should().Contain("Dieser Passkey gilt hier nicht");

        // Second step.
        var step = await browser.SubmitAsync(wrong, cancellation, ("name", "alice@corp.test"), ("password", Password));
        Read(step).Should().StartWith("Geben Sie Ihren Code ein").And.Contain("Authenticator-App");
        Read(await browser.SubmitAsync(step, cancellation, ("code", "000000"))).Should().Contain("Der Code ist falsch");
        var recovery = await browser.GoAsync(At("sign-in/recovery-code"), cancellation);
        Read(recovery).Should().StartWith("Einen Wiederherstellungscode benutzen");
        Read(await browser.SubmitAsync(recovery, cancellation, ("code", "X"))).Should().Contain("Das ist keiner Ihrer Wiederherstellungscodes");
        var (action, fields) = step.Form;
        fields["code"] = Authenticator.Code(key);
        Read(await browser.PostAsync(action, fields, step.Url, cancellation, static _ => true)).Should().Be("Angemeldet|Einen Moment. Weiter");

        // Account.
        Read(await browser.SubmitAsync(await browser.GoAsync(At("account/password"), cancellation), cancellation, ("password", Password), ("new-password", "password1234"), ("repeated", "password1234")))
            .Should().StartWith("Problem: Ihr Passwort ändern").And.Contain("steht in Listen gestohlener und häufiger Passwörter");
        Read(await browser.GoAsync(At("account/two-steps"), cancellation)).Should().StartWith("Die Anmeldung in zwei Schritten ist eingeschaltet");
        var passkeys = await browser.GoAsync(At("account/passkeys"), cancellation);
        Read(passkeys).Should().Contain("Neuer Name für Key").And.Contain("hinzugefügt am 2026-02-01 · auch auf Ihren anderen Geräten");
        Read(await browser.SubmitAsync(passkeys, cancellation, ("name", "More"))).Should().Contain("Ihr Browser hat keinen Passkey gesendet");
        Read(await browser.SubmitAsync(passkeys, cancellation, ("do", "rename"), ("id", "x"))).Should().Contain("Diesen Passkey gibt es nicht mehr.");
        var codes = await browser.GoAsync(At("account/recovery-codes"), cancellation);
        Read(codes).Should().Contain("Sie haben noch 1 Code.");
        Read(await browser.SubmitAsync(codes, cancellation)).Should().StartWith("Ihre Wiederherstellungscodes");
        Read(await browser.GoAsync(At("account/recovery-codes"), cancellation)).Should().Contain("Sie haben noch 10 Codes.");
        Read(await browser.GoAsync(At("end-session?client_id=gateway"), cancellation)).Should().StartWith("Abmelden?").And.Contain("Sie sind als Alice (alice@corp.test) angemeldet.");
    }

    [Test]
    public async Task As_they_set_up_a_second_step_use_links_and_go_astray(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser { Languages = Languages };
        await UsersAsync(proxy, async users =>
        {
            var user = (await users.FindByNameAsync("bob@corp.test"))!;
            user.MustUseTwoSteps = true;
            return await users.UpdateAsync(user);
        });

        var setUp = await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation, "bob@corp.test");
        Read(setUp).Should().StartWith("Anmeldung in zwei Schritten einrichten").And.Contain("Ihr Konto verlangt sie. Mit ihr").And.Contain("QR-Code für Ihre Authenticator-App");
        Read(await browser.SubmitAsync(setUp, cancellation, ("code", "000000"))).Should().Contain("Prüfen Sie, ob die Uhr des Telefons richtig geht");
        Read(await browser.SubmitAsync(await browser.GoAsync(At("account/password"), cancellation), cancellation, ("password", Password), ("new-password", "short"), ("repeated", "short")))
            .Should().Contain("Passwörter müssen mindestens 10 Zeichen haben.");

        var link = await browser.GoAsync(await LinkAsync(proxy, "bob@corp.test", cancellation), cancellation);
        Read(link).Should().StartWith("Wählen Sie ein Passwort").And.Contain("Für Bob (bob@corp.test).");
        Read(await browser.SubmitAsync(link, cancellation, ("new-password", Password), ("repeated", "other"))).Should().Contain("Die beiden Passwörter sind nicht gleich.");
        var owner = await browser.GoAsync(await LinkAsync(proxy, null, cancellation), cancellation);
        Read(owner).Should().StartWith("Willkommen bei Ihrem Gateway");
        Read(await browser.SubmitAsync(owner, cancellation, ("name", "bob@corp.test"), ("display-name", "Eve"), ("new-password", Password), ("repeated", Password)))
            .Should().Contain("Der Benutzername „bob@corp.test“ ist schon vergeben.");

        Read(await browser.GoAsync(At("link?secret=made-up"), cancellation)).Should().StartWith("Dieser Link gilt nicht mehr");
        Read(await browser.GoAsync(At("nowhere"), cancellation)).Should().StartWith("Diese Seite gibt es nicht");
        Read(await browser.PostAsync(At("sign-in"), [new("name", "bob@corp.test")], At("sign-in"), cancellation)).Should().StartWith("Es wurde nichts geändert");
        (await browser.GoAsync(At("authorize?client_id=unknown"), cancellation)).Body.Should().Contain("<h1>Die Anmeldung ist nicht gelungen</h1>");
    }

    /// <summary>What a page says: its title, then its texts and labels. All of it must be German ones.</summary>
    private static string Read(BrowserAnswer page)
    {
        using var document = new HtmlParser().ParseDocument(page.Body);
        document.DocumentElement.GetAttribute("lang").Should().Be("de");
        var main = document.QuerySelector("main")!;
        string[] said = [document.Title ?? "", .. TextsOf(main), .. main.QuerySelectorAll("[aria-label], [placeholder], [alt]").Select(static element =>
            element.GetAttribute("aria-label") ?? element.GetAttribute("placeholder") ?? element.GetAttribute("alt")!)];
        said.Where(static text => !IsGerman(text)).Should().BeEmpty();
        return string.Join('|', said);
    }

    /// <summary>Of each element that has a text of its own, with what is in it; but for what is no language's.</summary>
    private static IEnumerable<string> TextsOf(IElement element) =>
        element.LocalName is "code" or "dd" or "b" ? []
        : element.ChildNodes.OfType<IText>().Any(static text => !string.IsNullOrWhiteSpace(text.Data)) ? [Spaces().Replace(element.TextContent, " ").Trim()]
        : element.Children.SelectMany(TextsOf);

    /// <summary>One of the texts, or several after each other.</summary>
    private static bool IsGerman(string text)
        => IsOne(text) || Joints().Matches(text).Any(joint => IsOne(text[..joint.Index]) && IsGerman(text[(joint.Index + joint.Length)..]));

    private static bool IsOne(string text) => German.Any(one => one.IsMatch(text));

    private static Task<IdentityResult> AddPasskeyAsync(TestEnvironment proxy, string name) => UsersAsync(proxy, async users =>
    {
        var user = (await users.FindByNameAsync(name))!;
        await users.GenerateNewTwoFactorRecoveryCodesAsync(user, 1);
        return await users.AddOrUpdatePasskeyAsync(user, new UserPasskeyInfo([1], [2], new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero), 0, null, isUserVerified: true, isBackupEligible: true, isBackedUp: true, [3], [4]) { Name = "Key" });
    });

    [GeneratedRegex(@"\\\{\d\}")]
    private static partial Regex Values();

    [GeneratedRegex(" · | ")]
    private static partial Regex Joints();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
