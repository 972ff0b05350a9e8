namespace AppProxy.Gateway.Catalogue.Sources;

/// <summary>Reads a file, or says in an operator's words why not.</summary>
internal static class CatalogueFile
{
    /// <exception cref="CatalogueException">Missing or unreadable.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw CatalogueException.Because(Path.GetFullPath(path), "the file", "does not exist: write the published apps into it, or set another path");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CatalogueException.Because(Path.GetFullPath(path), "the file", "cannot be read: " + exception.Message);
        }
    }
}
