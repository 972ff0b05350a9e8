using System.Reflection;

namespace AppProxy.Tests.Architecture;

/// <summary>The product as compiled.</summary>
internal static class Assemblies
{
    public static Assembly Contracts { get; } = Assembly.Load("AppProxy.Contracts");

    public static Assembly Gateway { get; } = Assembly.Load("AppProxy.Gateway");

    public static Assembly Connector { get; } = Assembly.Load("AppProxy.Connector");

    public static IEnumerable<Assembly> All => [Contracts, Gateway, Connector];
}
