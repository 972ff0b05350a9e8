namespace AppProxy.Tests.Gateway.Demo;

/// <summary>A shell script in the place of a connector: the demo knows no more of a connector than a program with streams.</summary>
internal sealed class ConnectorScript : IDisposable
{
    /// <summary>Runs until its standard input ends, as a connector does.</summary>
    public const string UntilTold = "echo up; cat; echo down";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("appproxy-demo");

    public ConnectorScript(string body)
    {
        Path = System.IO.Path.Combine(_directory.FullName, "connector");
        File.WriteAllText(Path, "#!/bin/sh\n" + body + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public string Path { get; }

    public void Dispose() => _directory.Delete(recursive: true);
}
