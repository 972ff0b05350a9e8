using System.Runtime.InteropServices;

namespace AppProxy.Gateway.Demo;

/// <summary>Finds the connector that the build laid beside the gateway.</summary>
internal static class ConnectorExecutable
{
    private static string Default => Path.Combine(AppContext.BaseDirectory, "connector", OperatingSystem.IsWindows() ? "AppProxy.Connector.exe" : "AppProxy.Connector");

    /// <exception cref="DemoException">It is not there.</exception>
    public static string Find(string? path = null)
    {
        path ??= Default;
        return File.Exists(path) ? path : throw new DemoException($"The connector is not at {path}: build or publish the Gateway project as a whole.");
    }

    /// <summary>Where its runtime is: a gateway started by a dotnet outside the usual places would find its own, but the connector's launcher would not.</summary>
    public static string? FindRuntime()
    {
        // <root>/shared/Microsoft.NETCore.App/<version>/
        var directory = new DirectoryInfo(RuntimeEnvironment.GetRuntimeDirectory());
        var shared = directory.Parent?.Parent;
        return shared is { Name: "shared" } ? shared.Parent?.FullName : null;
    }
}
