using AppProxy.Gateway.Keys;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Keys;

[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class FileKeyVaultTests : IDisposable
{
    private const int Guard = 20_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("appproxy-keys");

    private string KeyFile => Path.Combine(_folder.FullName, "keys.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Test, CancelAfter(Guard)]
    [Platform(Exclude = "Win", Reason = "Modes are Unix'; on Windows the folder's access list is inherited.")]
    public async Task A_key_file_is_its_owners_alone(CancellationToken cancellation)
    {
        var vault = await FillAsync(cancellation);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(KeyFile).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        }

        (await vault.Awaiting(keys => keys.ReadAsync(cancellation)).Should().ThrowAsync<KeyException>()).WithMessage($"{KeyFile}*chmod 600*");
    }

    [TestCase("[ { ")]
    [TestCase("null")]
    [TestCase("")]
    [TestCase("""[ { "sequence": 1 } ]""")]
    [CancelAfter(Guard)]
    public async Task A_broken_key_file_is_told_and_kept(string content, CancellationToken cancellation)
    {
        var vault = await FillAsync(cancellation);
        await File.WriteAllTextAsync(KeyFile, content, cancellation);

        (await vault.Awaiting(keys => keys.ReadAsync(cancellation)).Should().ThrowAsync<KeyException>()).WithMessage($"{KeyFile}*cannot be read*backup*");
        (await File.ReadAllTextAsync(KeyFile, cancellation)).Should().Be(content);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_folder_that_is_not_there_is_told(CancellationToken cancellation)
    {
        var vault = new FileKeyVault(Path.Combine(_folder.FullName, "none", "keys.json"));

        (await vault.Awaiting(keys => keys.TryAddAsync(Key(), cancellation)).Should().ThrowAsync<KeyException>()).WithMessage("*cannot be kept here*Gateway:Keys*");
    }

    private async Task<FileKeyVault> FillAsync(CancellationToken cancellation)
    {
        var vault = new FileKeyVault(KeyFile);
        await vault.TryAddAsync(Key(), cancellation);
        return vault;
    }

    private static StoredSigningKey Key() => SigningKey.Create(1, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch).Stored;
}
