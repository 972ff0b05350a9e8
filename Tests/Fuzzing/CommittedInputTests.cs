using AppProxy.Fuzz.Instrumenting;
using AppProxy.Fuzz.Targets;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Fuzzing;

/// <summary>What the fuzzer once found, and what it starts from, is harmless now and stays so.</summary>
internal sealed class CommittedInputTests
{
    private static IEnumerable<TestCaseData> Inputs() =>
        from target in TargetCatalogue.All
        where !target.IsPlanted
        from folder in new[] { FuzzFolders.Corpus, FuzzFolders.Crashes }
        let inputs = Path.Combine(folder, target.Name)
        where Directory.Exists(inputs)
        from file in Directory.EnumerateFiles(inputs)
        select new TestCaseData(target.Name, file).SetArgDisplayNames(target.Name, Path.GetFileName(file));

    [TestCaseSource(nameof(Inputs))]
    [CancelAfter(10_000)]
    public async Task A_committed_input_is_read_or_refused(string target, string file, CancellationToken cancellationToken)
    {
        var run = TargetCatalogue.Find(target).Run;
        var input = await File.ReadAllBytesAsync(file, cancellationToken);
        using var fence = new FencedInput(Math.Max(1, input.Length));

        // On another thread, since what hangs does not look at tokens.
        var act = () => Task.Run(() => run(fence.Place(input), null), CancellationToken.None).WaitAsync(cancellationToken);

        await act.Should().NotThrowAsync();
    }

    [Test]
    public void Every_folder_of_inputs_belongs_to_a_target()
    {
        var folders = new[] { FuzzFolders.Corpus, FuzzFolders.Crashes }.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories).Select(Path.GetFileName);

        folders.Should().BeSubsetOf(TargetCatalogue.All.Select(target => target.Name));
    }
}
