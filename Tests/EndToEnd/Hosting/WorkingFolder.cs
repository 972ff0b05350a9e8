namespace AppProxy.Tests.EndToEnd.Hosting;

/// <summary>A folder with what an operator writes, in which a program is started.</summary>
internal sealed class WorkingFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("appproxy-operator");

    public string Path => _folder.FullName;

    public void Write(string file, string text) => File.WriteAllText(System.IO.Path.Combine(Path, file), text);

    public void Dispose() => _folder.Delete(recursive: true);
}
