using System.Buffers;
using System.Reflection;
using System.Runtime.Loader;
using AppProxy.Fuzz.Targets;

namespace AppProxy.Fuzz.Instrumenting;

/// <summary>
/// Loads the instrumented copies beside the originals. This assembly is loaded a second time in it, so that targets, written as plain
/// calls, reach the instrumented code. What both sides share is the framework and SharpFuzz' trace, hence the delegate type of a target.
/// </summary>
internal sealed class InstrumentedContext(string folder) : AssemblyLoadContext("instrumented")
{
    public ReadOnlySpanAction<byte, object?> RunOf(string target)
    {
        var copy = LoadFromAssemblyPath(Path.Combine(folder, Path.GetFileName(typeof(TargetCatalogue).Assembly.Location)));
        var method = copy.GetType(typeof(TargetCatalogue).FullName!, throwOnError: true)!
            .GetMethod(nameof(TargetCatalogue.RunOf), BindingFlags.Public | BindingFlags.Static)!;
        return (ReadOnlySpanAction<byte, object?>)method.Invoke(null, [target])!;
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var path = Path.Combine(folder, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }
}
