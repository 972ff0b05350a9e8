using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

[CancelAfter(SignInGuard)]
public sealed partial class Operators_run_the_directory : DirectoryTest
{
    private const string Better = "Quarz-heron.over.9.fjords";

    [Test]
    public async Task Who_is_added_chooses_a_password_and_comes_in(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();

        (await RunAsync("users", "groups", "add", "ops")).Output.Should().Contain("Group 'ops' is there");
        var added = await RunAsync("users", "add", "carol@corp.test", "--name", "Carol", "--group", "ops", "--group", "sales");
        added.Code.Should().Be(0, added.Output);
        var form = await browser.GoAsync(LinkIn(added.Output), cancellation);
        await browser.SubmitAsync(form, cancellation, ("new-password", Better), ("repeated", Better));

        (await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation, "carol@corp.test", Better)).Url.Host.Should().Be("app.localhost");
        SessionsOf(proxy).All.Single().User.Groups.Should().Equal("ops", "sales");
        (await RunAsync("users", "list")).Output.Should().Contain("alice@corp.test  enabled   off        0         Alice, sales, vpn").And.Contain("Carol, ops, sales");
        (await RunAsync("users", "groups", "list")).Output.Should().Contain("ops (1)").And.Contain("sales (2)");
    }

    [Test]
    public async Task Who_is_disabled_or_reset_is_out_within_seconds(CancellationToken cancellation)
    {
        using var arrived = new SemaphoreSlim(0);
        var proxy = await StartDirectoryAsync(cancellation, options => options.Publish("held", context =>
        {
            arrived.Release();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        }));
        using var alices = new TestBrowser();
        using var bobs = new TestBrowser();
        await SignInHereAsync(alices, proxy.UrlOf("app"), cancellation);
        await SignInHereAsync(bobs, proxy.UrlOf("app"), cancellation, "bob@corp.test");
        var held = ((TestBrowser[])[alices, bobs]).Select(browser => browser.GoAsync(proxy.UrlOf("held"), cancellation)).ToList();
        await arrived.WaitAsync(cancellation);
        await arrived.WaitAsync(cancellation);

        (await RunAsync("users", "disable", "alice@corp.test")).Output.Should().Contain("'alice@corp.test' is disabled");
        var reset = await RunAsync("users", "reset", "bob@corp.test");

        // What is under way is what the gateway ends as soon as it hears of it.
        (await Task.WhenAll(held)).Should().OnlyContain(static answer => answer.Status == HttpStatusCode.Unauthorized);

        (await alices.GoAsync(proxy.UrlOf("app"), cancellation)).Url.AbsolutePath.Should().Be("/directory/sign-in");
        (await SignInHereAsync(alices, proxy.UrlOf("app"), cancellation)).Status.Should().Be(HttpStatusCode.Forbidden);
        (await SignInHereAsync(bobs, proxy.UrlOf("app"), cancellation, "bob@corp.test")).Status.Should().Be(HttpStatusCode.Unauthorized);
        await bobs.SubmitAsync(await bobs.GoAsync(LinkIn(reset.Output), cancellation), cancellation, ("new-password", Better), ("repeated", Better));
        (await SignInHereAsync(bobs, proxy.UrlOf("app"), cancellation, "bob@corp.test", Better)).Url.Host.Should().Be("app.localhost");
        await RunAsync("users", "enable", "alice@corp.test");
        (await SignInHereAsync(alices, proxy.UrlOf("app"), cancellation)).Url.Host.Should().Be("app.localhost");
    }

    [Test]
    public async Task Two_steps_are_asked_for_and_taken_away_where_the_phone_is_lost(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        await AddAuthenticatorAsync(proxy, "bob@corp.test");
        using var browser = new TestBrowser();

        await RunAsync("users", "require-mfa", "alice@corp.test");
        (await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation)).Url.AbsolutePath.Should().Be("/directory/account/two-steps");
        await RunAsync("users", "require-mfa", "alice@corp.test", "--off");
        (await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation)).Url.Host.Should().Be("app.localhost");

        using var bobs = new TestBrowser();
        var reset = await RunAsync("users", "reset", "bob@corp.test", "--two-steps");
        await bobs.SubmitAsync(await bobs.GoAsync(LinkIn(reset.Output), cancellation), cancellation, ("new-password", Better), ("repeated", Better));
        (await SignInHereAsync(bobs, proxy.UrlOf("app"), cancellation, "bob@corp.test", Better)).Url.Host.Should().Be("app.localhost");
    }

    [Test]
    public async Task The_first_owner_gets_a_link_until_there_is_one(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        Log.Entries.Should().Contain(static entry => entry.EventId == 6402);

        var invited = await RunAsync("users", "first-owner");
        await browser.SubmitAsync(await browser.GoAsync(LinkIn(invited.Output), cancellation), cancellation, ("name", "olga"), ("display-name", "Olga"), ("new-password", Better), ("repeated", Better));

        var again = await RunAsync("users", "first-owner");
        again.Code.Should().Be(2);
        again.Output.Should().Contain("'olga' is the owner already");
        (await RunAsync("users", "list")).Output.Should().Contain("olga             owner");
        Log.Entries.Should().NotContain(entry => entry.Text.Contains(LinkIn(invited.Output).Query), "a log is no place for it");
    }

    [TestCase("users.csv", """
        userName,displayName,email,active,groups
        carol@corp.test,"Carol, the first",carol@corp.test,true,ops;sales
        alice@corp.test,Alicia,,,
        dan@corp.test,,,false,
        """)]
    [TestCase("users.json", """
        {
          "schemas": [ "urn:ietf:params:scim:api:messages:2.0:ListResponse" ], "totalResults": 4,
          "Resources": [
            { "schemas": [ "urn:ietf:params:scim:schemas:core:2.0:User" ], "id": "1", "userName": "carol@corp.test", "name": { "formatted": "Carol, the first" },
              "emails": [ { "value": "other@corp.test" }, { "value": "carol@corp.test", "primary": true } ], "groups": [ { "display": "sales" } ] },
            { "userName": "alice@corp.test", "displayName": "Alicia" },
            { "userName": "dan@corp.test", "active": false },
            { "schemas": [ "urn:ietf:params:scim:schemas:core:2.0:Group" ], "displayName": "ops", "members": [ { "value": "1" } ] }
          ]
        }
        """)]
    public async Task People_of_another_directory_come_along(string name, string content, CancellationToken cancellation)
    {
        await StartDirectoryAsync(cancellation);
        var file = Path.Combine(Path.GetDirectoryName(Store)!, name);
        await File.WriteAllTextAsync(file, content, cancellation);

        (await RunAsync("users", "import", file, "--dry-run")).Output.Should().Contain("2 added, 1 changed (not done: --dry-run)");
        (await RunAsync("users", "list")).Output.Should().NotContain("carol");
        (await RunAsync("users", "import", file)).Output.Should().Contain("2 added, 1 changed.");
        (await RunAsync("users", "import", file)).Output.Should().Contain("0 added, 0 changed.");

        var list = (await RunAsync("users", "list")).Output;
        list.Should().MatchRegex("carol@corp.test +invited .*Carol, the first, ops, sales").And.MatchRegex("alice@corp.test +enabled .*Alicia, sales, vpn").And.MatchRegex("dan@corp.test +disabled");
    }

    [TestCase("users.csv", "userName,displayName,groups\nalice@corp.test,Alicia,\nbob@corp.test,,sales\n")]
    [TestCase("users.json", """[ { "userName": "alice@corp.test", "displayName": "Alicia" }, { "userName": "bob@corp.test", "active": null, "groups": [ { "display": "sales" } ] } ]""")]
    public async Task What_a_file_does_not_say_stays_and_groups_are_changes_too(string name, string content, CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation, "bob@corp.test");
        var session = SessionsOf(proxy).All.Single();
        await RunAsync("users", "disable", "alice@corp.test");
        var file = Path.Combine(Path.GetDirectoryName(Store)!, name);
        await File.WriteAllTextAsync(file, content, cancellation);

        (await RunAsync("users", "import", file)).Output.Should().Contain("0 added, 2 changed.");
        (await RunAsync("users", "import", file)).Output.Should().Contain("0 added, 0 changed.");

        (await RunAsync("users", "list")).Output.Should().MatchRegex("alice@corp.test +disabled .*Alicia, sales, vpn").And.MatchRegex("bob@corp.test +enabled .*Bob, sales");
        (await SessionsOf(proxy).Storage.FindAsync(session.Id, cancellation))!.EndedAt.Should().NotBeNull("the gateway must learn of the group");
        await browser.GoAsync(At("account/password"), cancellation);
        (await browser.GoAsync(new Uri(Own, "account"), cancellation)).Url.AbsolutePath.Should().Be("/account", "but nobody has to type a password for it");
    }

    [Test]
    public async Task A_file_in_another_encoding_is_refused_by_its_name(CancellationToken cancellation)
    {
        await StartDirectoryAsync(cancellation);
        var file = Path.Combine(Path.GetDirectoryName(Store)!, "users.csv");
        foreach (var encoding in (Encoding[])[Encoding.Latin1, Encoding.Unicode])
        {
            await File.WriteAllTextAsync(file, "userName,displayName\ncarol@corp.test,Zoë\n", encoding, cancellation);
            (await RunAsync("users", "import", file)).Should().Match<(int Code, string Output)>(refused => refused.Code == 2 && refused.Output.Contains(file + ": is not UTF-8 (at octet ", StringComparison.Ordinal));
        }
    }

    [TestCase("name,groups\nx,y\n", "line 1: 'name' is none of the columns", "line 1: the column userName is missing")]
    [TestCase("userName,active\na,perhaps\n,true\nb,true,more\nc,true\nC,true\n", "line 2: active is 'perhaps'", "line 3: userName is empty", "line 4: there are 3 fields for 2 columns", "'c' is there 2 times")]
    [TestCase("{ \"Resources\": [ { \"displayName\": \"x\" } ] }", "$.Resources[0].userName is missing")]
    [TestCase("[ { ", "users:")]
    [TestCase("[ null ]", "$.Resources[0].userName is missing")]
    [TestCase("{ \"Resources\": null }", "$.Resources must be an array")]
    [TestCase("{ \"Resources\": \"x\" }", "$.Resources must be an array")]
    [TestCase("[ { \"userName\": \"a\", \"emails\": \"x\" } ]", "users:")]
    [TestCase("[ { \"userName\": \"a\", \"displayName\": \"x\\u0000y\" } ]", "'a' has a name, address or group with a control character")]
    [TestCase("userName\nwith space\n", "Username 'with space' is invalid")]
    public async Task A_file_with_mistakes_changes_nothing(string content, string first, params string[] more)
    {
        await StartDirectoryAsync(CancellationToken.None);
        var file = Path.Combine(Path.GetDirectoryName(Store)!, "users");
        await File.WriteAllTextAsync(file, content);

        var refused = await RunAsync("users", "import", file);

        refused.Code.Should().Be(2);
        refused.Output.Should().ContainAll([first, .. more]);
        (await RunAsync("users", "list")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(3);
    }

    [Test]
    public async Task What_cannot_be_done_is_told_in_a_line(CancellationToken cancellation)
    {
        await StartDirectoryAsync(cancellation);

        (await RunAsync("users", "disable", "nobody")).Should().Be((2, "Nobody is called 'nobody'; 'users list' tells who there is\n"));
        (await RunAsync("users", "add", "alice@corp.test")).Output.Should().Contain("'alice@corp.test' is already taken");
        (await RunAsync("users", "groups", "join", "none", "alice@corp.test")).Output.Should().Contain("There is no group 'none'; 'users groups add none' makes it");
        (await RunAsync("users", "groups", "join", "sales", "bob@corp.test")).Output.Should().Contain("'bob@corp.test' is in group 'sales'");
        (await RunAsync("users", "groups", "leave", "sales", "bob@corp.test")).Output.Should().Contain("'bob@corp.test' is not in group 'sales'");
        (await RunAsync("users", "clients", "add", "backup job")).Output.Should().Contain("'backup job' must be 1 to 100 letters");
        (await RunAsync("users", "clients", "add", "backup")).Output.Should().MatchRegex("Its secret, which is not shown again:\n\n  [A-Za-z0-9_-]{43}\n");
        (await RunAsync("users", "clients", "add", "backup")).Output.Should().Contain("There is a client 'backup' already");
        (await RunAsync("users", "clients", "add", "laptop", "--name", "Laptop")).Output.Should().Contain("add --native");
        (await RunAsync("users", "clients", "add", "laptop", "--native", "--redirect-uri", "http://laptop.test/")).Output.Should().Contain("'http://laptop.test/' must be a URL without fragment: http://localhost/…");
        (await RunAsync("users", "clients", "add", "laptop", "--native", "--name", "Laptop", "--redirect-uri", "com.example.laptop:/done")).Output.Should().Contain("It has no secret");
        (await RunAsync("users", "clients", "list")).Output.Should().Be("backup  for itself\nlaptop  for people, as 'Laptop'\n");
        (await RunAsync("users", "clients", "remove", "gateway")).Output.Should().Contain("There is no client 'gateway'");
        (await RunAsync("users", "groups", "remove", "sales")).Output.Should().Contain("Group 'sales' is gone");
        var log = (await RunAsync("log", "signins", "--kind", "Administration")).Output;
        log.Should().Contain("users groups join sales bob@corp.test").And.Contain("users groups remove sales").And.NotContain("nobody");
    }

    private static Uri LinkIn(string output) => new(Link().Match(output).Value);

    [GeneratedRegex("https://[^ \n]*/directory/link\\?secret=[^ \n]+")]
    private static partial Regex Link();
}
