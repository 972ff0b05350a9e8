using System.Collections.Frozen;
using System.Reflection;
using System.Text;

namespace AppProxy.Gateway.Demo.SampleApp;

/// <summary>The files of <c>wwwroot</c>, which are part of the assembly: the demo needs nothing beside it.</summary>
internal static class EmbeddedFiles
{
    private const string Prefix = "SampleApp/";
    private static readonly FrozenDictionary<string, byte[]> Files = Load();

    public static bool TryGet(string name, out ReadOnlyMemory<byte> content)
    {
        var found = Files.TryGetValue(name, out var bytes);
        content = bytes;
        return found;
    }

    public static string GetText(string name) => Encoding.UTF8.GetString(Files[name]);

    private static FrozenDictionary<string, byte[]> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(name => name[Prefix.Length..], name => Read(assembly, name), StringComparer.Ordinal);
    }

    private static byte[] Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
