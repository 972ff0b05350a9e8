using System.Net;
using System.Text.RegularExpressions;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

/// <summary>Who reads a reference on a page of the directory, and tells it to an operator, can be helped.</summary>
[CancelAfter(SignInGuard)]
public sealed partial class Refusals_of_the_directory_are_logged : DirectoryTest
{
    private const int SignInLog = 6501;
    private const int Refused = 6101;
    private const int NotInOrder = 6435;

    [Test]
    public async Task A_form_of_somebody_known_with_their_name(CancellationToken cancellation)
    {
        await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        var page = await SignInHereAsync(browser, At("account/password"), cancellation);

        var forged = await browser.PostAsync(page.Form.Action, [new("password", Password), new("token", "made-up")], page.Url, cancellation);

        forged.Status.Should().Be(HttpStatusCode.BadRequest);
        ShouldBeIn(SignInLog, forged).Should().StartWith("Denial form-refused: user 'alice@corp.test'");
    }

    /// <summary>Of many the sign-in log has the first and the last, since anybody can fill it.</summary>
    [TestCase("sign-in", 1)]
    [TestCase("token", 1025)]
    public async Task A_form_of_nobody_known_each_in_the_log_and_the_first_in_the_sign_in_log(string path, int fields, CancellationToken cancellation)
    {
        await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        var sent = Enumerable.Range(0, fields).Select(static number => KeyValuePair.Create("x" + number, "1")).ToList();

        var first = await browser.PostAsync(At(path), sent, At(path), cancellation);
        var second = await browser.PostAsync(At(path), sent, At(path), cancellation);

        (first.Status, second.Status).Should().Be((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest));
        ShouldBeIn(SignInLog, first).Should().StartWith("Denial form-refused");
        ShouldBeIn(Refused, second).Should().Contain("form-refused");
    }

    [Test]
    public async Task A_link_that_is_good_no_more(CancellationToken cancellation)
    {
        await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();

        var gone = await browser.GoAsync(At("link?secret=made-up"), cancellation);

        gone.Status.Should().Be(HttpStatusCode.Gone);
        ShouldBeIn(SignInLog, gone).Should().StartWith("Denial link-gone").And.NotContain("made-up");
    }

    [TestCase("nothing-here", HttpStatusCode.NotFound, "not-found")]
    [TestCase("authorize?client_id=made-up&response_type=code&redirect_uri=https://evil.example/", HttpStatusCode.BadRequest, "invalid_request")]
    public async Task What_is_not_in_order(string path, HttpStatusCode status, string error, CancellationToken cancellation)
    {
        await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();

        var answer = await browser.GoAsync(At(path), cancellation);

        answer.Status.Should().Be(status);
        ShouldBeIn(NotInOrder, answer).Should().Contain(error);
    }

    private string ShouldBeIn(int eventId, BrowserAnswer answer)
    {
        var reference = Reference().Match(answer.Body).Groups[1].Value;
        reference.Should().NotBeEmpty(answer.Body);
        return Log.Entries.Should().ContainSingle(entry => entry.EventId == eventId && entry.Text.Contains(reference)).Which.Text;
    }

    [GeneratedRegex("<dt>Reference</dt><dd>([^<]+)</dd>")]
    private static partial Regex Reference();
}
