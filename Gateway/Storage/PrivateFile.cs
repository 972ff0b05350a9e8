namespace AppProxy.Gateway.Storage;

/// <summary>Files that only their owner reads: who is assigned to what is nobody else's business.</summary>
internal static class PrivateFile
{
    /// <summary>Opens a file for writing, empty; a new one is its owner's alone.</summary>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
