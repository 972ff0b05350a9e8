using AppProxy.Contracts.Settings;

namespace AppProxy.Gateway.Commands;

/// <summary>A file that a command writes, for its owner only: it may hold what others must not read.</summary>
internal static class OutputFile
{
    /// <exception cref="CommandException">It cannot be written.</exception>
    public static void Write(string file, byte[] content)
    {
        try
        {
            using var stream = SecretFile.Open(file, FileMode.Create);
            stream.Write(content);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{Path.GetFullPath(file)}: cannot be written: {exception.Message}", exception);
        }
    }
}
