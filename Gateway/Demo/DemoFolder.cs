using System.Globalization;

namespace AppProxy.Gateway.Demo;

/// <summary>What the demo keeps on disk while it runs, in a folder that only its user can look into: the published apps, to be changed, and who its connectors are.</summary>
internal sealed class DemoFolder : IDisposable
{
    private readonly DirectoryInfo _folder = System.IO.Directory.CreateTempSubdirectory("appproxy-demo-");

    public DemoFolder(string catalogueJson)
    {
        AppsFile = Path.Combine(_folder.FullName, "apps.json");
        File.WriteAllText(AppsFile, catalogueJson);
    }

    public string AppsFile { get; }

    /// <summary>For the gateway's store, where it has people.</summary>
    public string Store => Path.Combine(_folder.FullName, "appproxy.db");

    public string IdentityOf(int connector) => Path.Combine(_folder.FullName, string.Create(CultureInfo.InvariantCulture, $"connector-{connector}.json"));

    public void Dispose()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A connector that had to be killed may hold its file: what is left is worth nothing without this gateway.
        }
    }
}
