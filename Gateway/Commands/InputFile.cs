namespace AppProxy.Gateway.Commands;

/// <summary>A file that somebody named.</summary>
internal static class InputFile
{
    /// <param name="path">The file.</param>
    /// <param name="option">By which it was named, where several can be.</param>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public static byte[] Read(string path, string? option = null)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{(option is null ? "" : option + " ")}{Path.GetFullPath(path)}: cannot be read: {failure.Message}", failure);
        }
    }
}
