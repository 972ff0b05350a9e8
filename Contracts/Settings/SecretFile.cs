namespace AppProxy.Contracts.Settings;

/// <summary>Files that hold secrets: their owner's alone, and replaced whole.</summary>
internal static class SecretFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Whether others than its owner may do anything with it. On Windows files take over who may from their folder.</summary>
    public static bool IsOpenToOthers(string path) => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0;

    /// <summary>Puts <paramref name="content"/> in the place of a file, or makes it. A machine that stops in between leaves the old file or the new one, never half of it.</summary>
    /// <exception cref="IOException">Cannot be written; or <see cref="UnauthorizedAccessException"/>.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content) => File.Move(WriteAside(path, content), path, overwrite: true);

    /// <summary>Makes a file, whole; false where there is one by now, whoever made it.</summary>
    /// <exception cref="IOException">Cannot be written; or <see cref="UnauthorizedAccessException"/>.</exception>
    public static bool TryCreate(string path, ReadOnlySpan<byte> content)
    {
        var aside = WriteAside(path, content);
        try
        {
            File.Move(aside, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(aside);
            return false;
        }
    }

    /// <summary>Opens a file for writing; a new one is its owner's alone.</summary>
    public static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Owner;
        }

        return new FileStream(path, options);
    }

    /// <summary>Each writer has a name of its own: two at once must not write into one.</summary>
    private static string WriteAside(string path, ReadOnlySpan<byte> content)
    {
        var aside = $"{path}.{Guid.NewGuid():N}.new";
        using (var file = Open(aside, FileMode.CreateNew))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        return aside;
    }
}
