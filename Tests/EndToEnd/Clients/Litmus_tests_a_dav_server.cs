using System.Text.RegularExpressions;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Clients;

/// <summary>The WebDAV test suite on Apache's mod_dav: through the relay all of it passes, as it does without.</summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed partial class Litmus_tests_a_dav_server
{
    private const int All = 104;

    /// <summary>litmus tries Expect without TLS only, and says so.</summary>
    private const int ForPlainServers = 1;

    [Test]
    public Task All_of_it_passes(CancellationToken cancellation) => RunAsync("http", isHostTranslated: false, isDigest: false, cancellation);

    [Test]
    public Task All_of_it_passes_with_digest_authentication(CancellationToken cancellation)
        => RunAsync("http", isHostTranslated: false, isDigest: true, cancellation);

    [Test]
    public Task All_of_it_passes_where_the_app_gets_its_own_host(CancellationToken cancellation)
        => RunAsync("http", isHostTranslated: true, isDigest: false, cancellation);

    [Test]
    public Task All_of_it_passes_with_https_outside_and_http_inside(CancellationToken cancellation)
        => RunAsync("https", isHostTranslated: false, isDigest: false, cancellation);

    private static async Task RunAsync(string scheme, bool isHostTranslated, bool isDigest, CancellationToken cancellation)
    {
        var litmus = RequiredProgram.Find("litmus", "litmus");
        await using var apache = await ApacheServer.StartAsync(
            ["dav", "dav_fs", "auth_digest", "authn_core", "authn_file", "authz_user"], folder => ConfigureAsync(folder, isDigest), cancellation);
        await using var site = await LocalhostSite.StartAsync(
            apache.Url, scheme, new Dictionary<string, object> { ["isTranslateHostHeaderEnabled"] = isHostTranslated }, cancellation);
        using var folder = new WorkingFolder();

        await using var run = await RunningProgram.RunAsync(
            litmus, ["--keep-going", site.Url.ToString(), .. isDigest ? (string[])["anna", "secret"] : []], cancellation, folder.Path);

        var summaries = Summary().Matches(run.Output);
        summaries.Sum(summary => int.Parse(summary.Groups[1].ValueSpan, null)).Should().Be(scheme == "https" ? All - ForPlainServers : All, "{0}", run.Output);
        summaries.Sum(summary => int.Parse(summary.Groups[2].ValueSpan, null)).Should().Be(0, "{0}", run.Output);
        (await run.Exited).Should().Be(0, "{0}", run.Output);
        site.Errors.Should().BeEmpty();
    }

    private static async Task<string> ConfigureAsync(string folder, bool isDigest)
    {
        var passwords = folder + ".digest";
        await File.WriteAllTextAsync(passwords, $"anna:dav:{Md5("anna:dav:secret")}\n");
        return $"""
            DavLockDB {Path.Combine(folder, "..", "run", "locks")}
            DocumentRoot {folder}
            <Directory {folder}>
              Dav On
              {(isDigest ? $"AuthType Digest\nAuthName dav\nAuthDigestProvider file\nAuthUserFile {passwords}\nRequire valid-user" : "Require all granted")}
            </Directory>
            """;
    }

    // What Digest authentication is made of (RFC 7616), not a choice.
#pragma warning disable CA5351
    private static string Md5(string text)
        => Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(System.Text.Encoding.ASCII.GetBytes(text)));
#pragma warning restore CA5351

    [GeneratedRegex("of ([0-9]+) tests run: [0-9]+ passed, ([0-9]+) failed")]
    private static partial Regex Summary();
}
