using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Web;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.WebUtilities;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.SignIn;

[CancelAfter(SignInGuard)]
public sealed class Programs_bring_tokens : SignInTest
{
    private const string Resource = "https://gateway";

    [Test]
    public async Task A_program_by_client_credentials_and_the_token_stays_with_us(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        var token = await ClientCredentialsAsync(Resource, cancellation);

        (await SendAsync(proxy, token, cancellation)).Should().Be((HttpStatusCode.OK, "GET / cookies=[] authorization=[] body=[]", ""));
        (await SendAsync(proxy, token, cancellation)).Status.Should().Be(HttpStatusCode.OK, "what was found is kept");
    }

    [Test]
    public async Task A_person_s_program_by_the_loopback_flow(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var browser = new TestBrowser();

        var token = await LoopbackAsync(browser, "alice", cancellation);

        (await SendAsync(proxy, token, cancellation)).Status.Should().Be(HttpStatusCode.OK);
    }

    [Test]
    public async Task A_person_s_program_by_a_device_code(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        var begun = await TokenAsync("/device/auth", cancellation, ("client_id", "desktop"), ("scope", "openid use"), ("resource", Resource));
        using var browser = new TestBrowser();
        var page = await browser.GoAsync(new Uri(begun.GetProperty("verification_uri_complete").GetString()!), cancellation);
        for (var step = 0; step < 5 && !page.Body.Contains("Sign-in Success", StringComparison.Ordinal); step++)
        {
            page = await browser.SubmitAsync(page, cancellation, page.Body.Contains("name=\"password\"", StringComparison.Ordinal) ? [("name", "alice"), ("password", "alice")] : [("user_code", begun.GetProperty("user_code").GetString()!)]);
        }

        page.Body.Should().Contain("Sign-in Success");
        var token = await TokenAsync(
            "/token", cancellation,
            ("client_id", "desktop"), ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", begun.GetProperty("device_code").GetString()!), ("resource", Resource));

        (await SendAsync(proxy, token.GetProperty("access_token").GetString()!, cancellation)).Status.Should().Be(HttpStatusCode.OK);
    }

    [Test]
    public async Task For_the_app_s_own_audience_where_it_has_one(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation, options => options.Application["identifierUris"] = JsonNode.Parse("""[ "api://shop" ]""")!);

        (await SendAsync(proxy, await ClientCredentialsAsync("https://shop", cancellation), cancellation)).Status.Should().Be(HttpStatusCode.OK);
        (await SendAsync(proxy, await ClientCredentialsAsync("https://elsewhere", cancellation), cancellation)).Challenge.Should().Contain("invalid_token").And.Contain("another audience");
    }

    [Test]
    public async Task With_a_scope_that_is_asked_for(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation, options => options.GatewaySettings["Gateway:SignIn:RequiredScopes:0"] = "admin");
        using var browser = new TestBrowser();

        (await SendAsync(proxy, await LoopbackAsync(browser, "alice", cancellation), cancellation)).Challenge.Should().Contain("none of the scopes admin");
    }

    [Test]
    public async Task One_of_a_person_who_did_too_little_says_what_to_ask_the_provider_for(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation, options =>
        {
            options.GatewaySettings["Gateway:SignIn:TwoStepsAcr"] = "urn:mfa";
            options.Catalogue["conditionalAccessPolicies"] = JsonNode.Parse("""
                [ { "id": "rule", "displayName": "Two steps", "state": "enabled", "grantControls": { "builtInControls": [ "mfa" ] },
                    "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "All" ] } } } ]
                """)!;
        });
        using var browser = new TestBrowser();

        var (status, body, challenge) = await SendAsync(proxy, await LoopbackAsync(browser, "alice", cancellation), cancellation);

        status.Should().Be(HttpStatusCode.Unauthorized);
        challenge.Should().StartWith("Bearer realm=\"app\", error=\"insufficient_user_authentication\"").And.EndWith("acr_values=\"urn:mfa\"");
        body.Should().Contain("urn:appproxy:error:step-up-required");
    }

    [Test]
    public async Task What_is_no_access_token_of_the_provider_s_for_us_is_refused(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var browser = new TestBrowser();
        var good = await ClientCredentialsAsync(Resource, cancellation);
        var parts = good.Split('.');
        var payload = Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(parts[1]));
        var keys = await GetAsync("/jwks", cancellation);
        using var client = CreateClient();
        using var foreignKey = RSA.Create(2048);

        foreach (var (token, why) in (IEnumerable<(string, string)>)
            [
                (Unsigned("""{"alg":"none","typ":"at+jwt"}""", payload) + ".", "signature"),
                (Hmac("""{"alg":"HS256","typ":"at+jwt"}""", payload, Encoding.UTF8.GetBytes(keys)), "not"),
                (Rsa("""{"alg":"RS256","typ":"at+jwt"}""", payload, foreignKey), "signature"),
                (Rsa("""{"alg":"RS256","typ":"at+jwt"}""", payload.Replace(Provider.Issuer, "https://evil.example", StringComparison.Ordinal), foreignKey), "not"),
                ($"{parts[0]}.{WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(payload.Replace("robot", "alice", StringComparison.Ordinal)))}.{parts[2]}", "signature"),
                (await IdTokenAsync(browser, cancellation), "no access token"),
                ("a.b.c", "malformed"),
            ])
        {
            var (status, _, challenge) = await SendAsync(proxy, token, cancellation);
            status.Should().Be(HttpStatusCode.Unauthorized, why);
            challenge.Should().StartWith("Bearer realm=\"app\", error=\"invalid_token\"").And.Contain(why);
        }
    }

    [Test]
    public async Task A_cookie_and_a_token_of_two_people_are_refused_together(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var alice = new TestBrowser();
        using var bob = new TestBrowser();
        await SignInAsync(alice, proxy.UrlOf("app"), "alice", cancellation);
        var own = await LoopbackAsync(alice, "alice", cancellation);
        var foreign = await LoopbackAsync(bob, "bob", cancellation);

        using var both = await alice.FetchAsync(HttpMethod.Get, proxy.UrlOf("app"), cancellation, ("Authorization", "Bearer " + foreign));
        both.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        both.Headers.GetValues("AppProxy-Error").Should().Equal("two-identities");
        using var same = await alice.FetchAsync(HttpMethod.Get, proxy.UrlOf("app"), cancellation, ("Authorization", "Bearer " + own));
        (await same.Content.ReadAsStringAsync(cancellation)).Should().Contain("authorization=[]");
        using var apps = await alice.FetchAsync(HttpMethod.Get, proxy.UrlOf("app"), cancellation, ("Authorization", "Basic b3duOm93bg=="));
        (await apps.Content.ReadAsStringAsync(cancellation)).Should().Contain("authorization=[Basic b3duOm93bg==]", "what is not for us is the app's");
    }

    [Test]
    public async Task A_token_for_us_never_reaches_the_app_and_one_for_others_may(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation, options => options.GatewaySettings["Gateway:SignIn:RequiredScopes:0"] = "admin");
        using var alice = new TestBrowser();
        using var bob = new TestBrowser();
        await SignInAsync(alice, proxy.UrlOf("app"), "alice", cancellation);
        var ours = await LoopbackAsync(bob, "bob", cancellation);
        var elsewhere = await ClientCredentialsAsync("https://elsewhere", cancellation);

        using var refused = await alice.FetchAsync(HttpMethod.Get, proxy.UrlOf("app"), cancellation, ("Authorization", "Bearer " + ours));
        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        refused.Headers.GetValues("AppProxy-Error").Should().Equal("token-refused");
        refused.Headers.WwwAuthenticate.ToString().Should().Contain("none of the scopes admin");
        foreach (var token in (string[])[elsewhere, "a.b.c", "opaque"])
        {
            using var passed = await alice.FetchAsync(HttpMethod.Get, proxy.UrlOf("app"), cancellation, ("Authorization", "Bearer " + token));
            (await passed.Content.ReadAsStringAsync(cancellation)).Should().Contain($"authorization=[Bearer {token}]", "it is the app's own affair");
        }
    }

    [Test]
    public async Task Preflights_are_answered_by_the_app_s_rules_without_sign_in(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation, options => options.Publishing["segmentsConfiguration"] = JsonNode.Parse($$"""
            { "applicationSegments": [ { "id": "api", "externalUrl": "https://api.localhost:{{Own.Port}}/v1/", "internalUrl": "http://127.0.0.1:1/", "corsConfigurations": [
              { "resource": "/", "allowedOrigins": [ "https://pages.example" ], "allowedMethods": [ "PUT" ], "allowedHeaders": [ "x-*", "Content-Type" ], "maxAgeInSeconds": 600 } ] } ] }
            """)!, only: "app");
        using var browser = new TestBrowser();
        var api = new Uri($"https://api.localhost:{Own.Port}/v1/items");
        async Task<HttpResponseMessage> AskAsync(string origin, string method, string fields, Uri? url = null) => await browser.FetchAsync(
            HttpMethod.Options, url ?? api, cancellation, ("Origin", origin), ("Access-Control-Request-Method", method), ("Access-Control-Request-Headers", fields));

        using var allowed = await AskAsync("https://pages.example", "PUT", "X-Trace, content-type");
        allowed.StatusCode.Should().Be(HttpStatusCode.NoContent);
        allowed.Headers.GetValues("Access-Control-Allow-Origin").Should().Equal("https://pages.example");
        allowed.Headers.GetValues("Access-Control-Max-Age").Should().Equal("600");
        foreach (var (origin, method, fields) in (IEnumerable<(string, string, string)>)
            [("https://PAGES.example", "PUT", "x-a"), ("https://pages.example", "DELETE", "x-a"), ("https://pages.example", "PUT", "authorization")])
        {
            using var refused = await AskAsync(origin, method, fields);
            refused.StatusCode.Should().Be(HttpStatusCode.Forbidden);
            refused.Headers.Contains("Access-Control-Allow-Origin").Should().BeFalse();
        }

        using var silent = await AskAsync("https://pages.example", "PUT", "x-a", proxy.UrlOf("app"));
        silent.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        using var real = await browser.FetchAsync(HttpMethod.Put, api, cancellation, ("Origin", "https://pages.example"));
        real.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        real.Headers.GetValues("Access-Control-Allow-Origin").Should().Equal(["https://pages.example"], "the page may read why");
    }

    private static string Unsigned(string header, string payload) => WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(header)) + "." + WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(payload));

    private static string Hmac(string header, string payload, byte[] key)
    {
        var text = Unsigned(header, payload);
        return text + "." + WebEncoders.Base64UrlEncode(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(text)));
    }

    private static string Rsa(string header, string payload, RSA key)
    {
        var text = Unsigned(header, payload);
        return text + "." + WebEncoders.Base64UrlEncode(key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static HttpClient CreateClient() => new(new SocketsHttpHandler { UseProxy = false });

    private static async Task<(HttpStatusCode Status, string Body, string Challenge)> SendAsync(TestEnvironment proxy, string token, CancellationToken cancellation)
    {
        using var client = proxy.CreateClient("app");
        using var request = new HttpRequestMessage(HttpMethod.Get, "");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        using var answer = await client.SendAsync(request, cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellation), answer.Headers.WwwAuthenticate.ToString());
    }

    private async Task<string> ClientCredentialsAsync(string resource, CancellationToken cancellation) => (await TokenAsync(
        "/token", cancellation, ("client_id", "robot"), ("client_secret", "robot-secret"), ("grant_type", "client_credentials"), ("scope", "use"), ("resource", resource))).GetProperty("access_token").GetString()!;

    private async Task<string> LoopbackAsync(TestBrowser browser, string name, CancellationToken cancellation) =>
        (await CodeFlowAsync(browser, name, cancellation)).GetProperty("access_token").GetString()!;

    private async Task<string> IdTokenAsync(TestBrowser browser, CancellationToken cancellation) =>
        (await CodeFlowAsync(browser, "alice", cancellation)).GetProperty("id_token").GetString()!;

    private async Task<JsonElement> CodeFlowAsync(TestBrowser browser, string name, CancellationToken cancellation)
    {
        var verifier = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        var challenge = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        const string Back = "http://127.0.0.1:49999/back";
        var authorize = new Uri(QueryHelpers.AddQueryString(Provider.Issuer + "/auth", new Dictionary<string, string?>
        {
            ["client_id"] = "desktop",
            ["response_type"] = "code",
            ["redirect_uri"] = Back,
            ["scope"] = "openid use",
            ["resource"] = Resource,
            ["code_challenge"] = challenge,
            ["code_challenge_method"] = "S256",
        }));
        var page = await browser.GoAsync(authorize, cancellation, IsBack);
        if (!IsBack(page.Way[^1]))
        {
            page = await browser.PostAsync(page.Form.Action, [new("name", name), new("password", name)], page.Url, cancellation, IsBack);
        }

        var code = HttpUtility.ParseQueryString(page.Way[^1].Query)["code"]!;
        return await TokenAsync(
            "/token", cancellation,
            ("client_id", "desktop"), ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", Back), ("code_verifier", verifier), ("resource", Resource));

        static bool IsBack(Uri url) => url.Host == "127.0.0.1";
    }

    private async Task<JsonElement> TokenAsync(string path, CancellationToken cancellation, params (string Name, string Value)[] fields)
    {
        using var client = CreateClient();
        using var answer = await client.PostAsync(new Uri(Provider.Issuer + path), new FormUrlEncodedContent(fields.Select(static field => KeyValuePair.Create(field.Name, field.Value))), cancellation);
        answer.IsSuccessStatusCode.Should().BeTrue(await answer.Content.ReadAsStringAsync(cancellation));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
    }

    private async Task<string> GetAsync(string path, CancellationToken cancellation)
    {
        using var client = CreateClient();
        return await client.GetStringAsync(new Uri(Provider.Issuer + path), cancellation);
    }
}
