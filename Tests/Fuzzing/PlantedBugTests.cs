using AppProxy.Fuzz.Running;
using AppProxy.Fuzz.Targets;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Fuzzing;

/// <summary>The fuzzer itself works: it finds what was planted for it, in each of the three ways in which a parser fails.</summary>
internal sealed class PlantedBugTests
{
    private DirectoryInfo _work = null!;

    [SetUp]
    public void CreateFolder() => _work = Directory.CreateTempSubdirectory("appproxy-fuzz-test-");

    [TearDown]
    public void DeleteFolder() => _work.Delete(recursive: true);

    [TestCase("planted-throw", "ArgumentOutOfRangeException-*")]
    [TestCase("planted-hang", "hang-*")]
    [TestCase("planted-overread", "death-*")]
    [CancelAfter(120_000)]
    public async Task A_planted_bug_is_found(string target, string finding, CancellationToken cancellationToken)
    {
        var workspace = new FuzzWorkspace(_work.FullName, FuzzFolders.Corpus, Path.Combine(_work.FullName, "crashes"));
        var supervisor = new FuzzSupervisor(workspace, TimeProvider.System, TextWriter.Null);
        supervisor.Prepare();

        var findings = await supervisor.RunAsync(TargetCatalogue.Find(target), TimeSpan.FromSeconds(4), seed: 1, cancellationToken);

        findings.Should().BePositive();
        Directory.EnumerateFiles(workspace.Crashes(target).Path, finding).Should().NotBeEmpty();
    }
}
