using System.Security.Cryptography;
using System.Text;
using AngleSharp.Html.Parser;
using AppProxy.Gateway.Pages;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Pages;

[TestFixture]
internal sealed class PageTests
{
    [Test]
    public async Task Its_policy_lets_nothing_in_but_its_own_style()
    {
        var (context, html) = await WriteAsync(new Page("T", "<h1>T</h1>"));

        var policy = context.Response.Headers.ContentSecurityPolicy.ToString();
        var style = html[(html.IndexOf("<style>", StringComparison.Ordinal) + 7)..html.IndexOf("</style>", StringComparison.Ordinal)];
        policy.Should().Be($"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'none'");
        context.Response.Headers.XFrameOptions.ToString().Should().Be("DENY");
        context.Response.Headers.XContentTypeOptions.ToString().Should().Be("nosniff");
        context.Response.Headers.CacheControl.ToString().Should().Be("no-store");
        html.Should().NotContain("style=").And.NotMatchRegex(@"\son\w+=").And.NotMatchRegex("(src|href|action)=\"(https?:)?//").And.NotContain("@import").And.NotContain("url(");
    }

    [Test]
    public async Task Its_script_has_a_number_that_is_used_once()
    {
        var page = new Page("T", "") { Script = "1" };
        var (first, html) = await WriteAsync(page);
        var (second, _) = await WriteAsync(page);

        var nonce = new HtmlParser().ParseDocument(html).QuerySelector("script")!.GetAttribute("nonce");
        first.Response.Headers.ContentSecurityPolicy.ToString().Should().Contain($"script-src 'nonce-{nonce}'");
        second.Response.Headers.ContentSecurityPolicy.ToString().Should().NotContain(nonce);
    }

    [Test]
    public async Task It_has_landmarks_a_language_and_a_way_past_the_head()
    {
        var (context, html) = await WriteAsync(new Page("A & B", "<h1>T</h1>") { Language = Language.German, IsWide = true, Links = [("/", "Apps"), ("/account", "<Konto>")], Current = "/account" });

        var document = new HtmlParser().ParseDocument(html);
        document.DocumentElement.GetAttribute("lang").Should().Be(context.Response.Headers.ContentLanguage.ToString()).And.Be("de");
        document.Title.Should().Be("A & B");
        document.QuerySelector("a.skip")!.GetAttribute("href").Should().Be("#" + document.QuerySelector("main")!.Id);
        document.QuerySelectorAll("header, nav, main").Should().HaveCount(3);
        document.QuerySelector("[aria-current=page]")!.TextContent.Should().Be("<Konto>");
        html.Length.Should().BeLessThan(20_000);
    }

    [Test]
    public async Task A_HEAD_request_gets_the_fields_alone()
    {
        var (context, html) = await WriteAsync(new Page("T", "x"), HttpMethods.Head);

        html.Should().BeEmpty();
        context.Response.ContentType.Should().Be("text/html; charset=utf-8");
    }

    private static async Task<(HttpContext Context, string Html)> WriteAsync(Page page, string method = "GET")
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        using var body = new MemoryStream();
        context.Response.Body = body;
        await page.WriteAsync(context);
        return (context, Encoding.UTF8.GetString(body.ToArray()));
    }
}
