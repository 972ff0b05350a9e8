using SharpFuzz;

namespace AppProxy.Fuzz.Instrumenting;

/// <summary>Copies of the assemblies under test in which every branch reports itself.</summary>
internal static class InstrumentedCopies
{
    private const string OwnAssembly = "AppProxy.Fuzz.dll";

    /// <summary>Assemblies with code under test, and the beginning of the names of the types to instrument in each.</summary>
    private static readonly (string File, string Types)[] Assemblies =
    [
        ("AppProxy.Contracts.dll", "AppProxy.Contracts."),
        ("AppProxy.Connector.dll", "AppProxy.Connector.Http1."),

        // Loaded a second time because its targets are bound to the assemblies above; of itself, only the planted parser is under test.
        (OwnAssembly, "AppProxy.Fuzz.Planted."),
    ];

    /// <summary>Writes the copies to <paramref name="folder"/>.</summary>
    public static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (file, types) in Assemblies)
        {
            var copy = Path.Combine(folder, file);
            File.Copy(Path.Combine(AppContext.BaseDirectory, file), copy, overwrite: true);
            var instrumented = Fuzzer.Instrument(copy, type => type.StartsWith(types, StringComparison.Ordinal), Options.Value);
            if (!instrumented.Any())
            {
                throw new InvalidOperationException($"Nothing was instrumented in {file}.");
            }
        }
    }
}
