using AppProxy.Contracts.Frames;
using AppProxy.Tests.Contracts.Frames.Models;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Frames.Golden;

/// <summary>Gateways and connectors of different releases talk to each other: bytes once written must not drift (Contracts/README.md).</summary>
[TestFixture]
public sealed class GoldenBytesTests
{
    private static IEnumerable<string> CurrentNames => GoldenMessages.Of($"v{MessageReader.Version}").Keys;

    private static IEnumerable<TestCaseData> Approved =>
        GoldenFolder.Versions.SelectMany(static version => GoldenFolder.Names(version).Select(name => new TestCaseData(version, name)));

    [TestCaseSource(nameof(CurrentNames))]
    public void Todays_code_writes_the_approved_bytes(string name)
    {
        var written = GoldenFolder.ToText(FrameModel.WriteMessage(GoldenMessages.Of($"v{MessageReader.Version}")[name]));
        var approved = Path.Combine(GoldenFolder.Current, name + ".hex");
        var received = Path.Combine(TestContext.CurrentContext.WorkDirectory, name + ".received.hex");
        File.WriteAllText(received, written);

        (File.Exists(approved) ? File.ReadAllText(approved) : "").Should().Be(
            written, "wire bytes change only with the version; when this is meant, copy {0} over {1}", received, approved);
    }

    [TestCaseSource(nameof(Approved))]
    public void Approved_bytes_of_every_version_are_read(string version, string name)
    {
        var error = FrameModel.TryReadMessage(GoldenFolder.Read(version, name), out var frames);

        error.Should().Be(FrameError.None);
        frames.Should().Equal(GoldenMessages.Of(version)[name]);
    }

    [Test]
    public void Every_type_of_frame_has_approved_bytes()
    {
        var types = new HashSet<FrameType>();
        foreach (var name in GoldenFolder.Names($"v{MessageReader.Version}"))
        {
            MessageReader.TryOpen(GoldenFolder.Read($"v{MessageReader.Version}", name), out var reader);
            while (reader.TryRead(out var frame))
            {
                types.Add(frame.Header.Type);
            }
        }

        types.Order().Should().Equal(Enum.GetValues<FrameType>().Except([FrameType.None]).Order());
    }
}
