using System.Text.RegularExpressions;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Architecture;

/// <summary>What a README names must exist.</summary>
[TestFixture]
internal sealed partial class ReadmeTests
{
    /// <summary>Files that people write, and files that builds make.</summary>
    private static readonly string[] NotInTheRepository = ["apps.json", "appproxy.keys.json", "appproxy-connector.json", "appsettings.json", "artifacts/", "TestResults/"];

    private static readonly string[] MediaTypes = ["application/", "audio/", "image/", "message/", "multipart/", "text/", "video/"];

    private static IEnumerable<string> Readmes => Repository.Files("README.md").Select(Repository.RelativePath);

    [TestCaseSource(nameof(Readmes))]
    public void Names_only_files_and_folders_that_exist(string readme)
    {
        var text = FencedCode().Replace(File.ReadAllText(Path.Combine(Repository.Root, readme)), "");
        var names = InlineCode().Matches(text).Select(match => match.Groups[1].Value).Where(LooksLikePath)
            .Concat(Links().Matches(text).Select(match => match.Groups[1].Value.Split('#')[0]).Where(target => target.Length > 0 && !target.Contains(':', StringComparison.Ordinal)));

        names.Distinct().Where(name => !Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(readme)!), name)).Should().BeEmpty();
    }

    [TestCase("Gateway/Hosting/RequestPipeline.cs", true)]
    [TestCase("RequestPipeline.cs", true)]
    [TestCase("Tests/", true)]
    [TestCase(".ci/run", true)]
    [TestCase("build.ps1", true)]
    [TestCase("text/html", false)]
    [TestCase("/api/time", false)]
    [TestCase("requests.{group}", false)]
    [TestCase("dotnet test", false)]
    [TestCase("externalUrl", false)]
    [TestCase("apps.json", false)]
    public void Tells_a_path_from_other_code(string code, bool expected) => LooksLikePath(code).Should().Be(expected);

    private static bool LooksLikePath(string code)
        => PathLetters().IsMatch(code)
            && (code.Contains('/', StringComparison.Ordinal) || FileName().IsMatch(code))
            && !MediaTypes.Any(type => code.StartsWith(type, StringComparison.Ordinal))
            && !NotInTheRepository.Any(name => code == name || (name.EndsWith('/') && code.StartsWith(name, StringComparison.Ordinal)));

    /// <summary>From the README's folder or the root; a bare file name also further down.</summary>
    private static bool Exists(string folder, string name)
        => new[] { folder, Repository.Root }.Any(from => Path.Exists(Path.Combine(from, name)))
            || (!name.Contains('/', StringComparison.Ordinal) && Repository.Files(name).Any(file => file.StartsWith(folder, StringComparison.Ordinal)));

    [GeneratedRegex("^[ ]*(```|~~~).*?^[ ]*\\1", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex FencedCode();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex InlineCode();

    [GeneratedRegex("\\]\\(([^)\\s]+)\\)")]
    private static partial Regex Links();

    [GeneratedRegex("^[A-Za-z0-9_.-][A-Za-z0-9_./-]*$")]
    private static partial Regex PathLetters();

    [GeneratedRegex("\\.(cs|csproj|props|sln|ps1|md|json|html|css|js|sh|yml|txt)$")]
    private static partial Regex FileName();
}
