namespace AppProxy.Tests.Fuzzing;

/// <summary>The committed inputs, as they lie beside the tests.</summary>
internal static class FuzzFolders
{
    public static string Corpus => Path.Combine(AppContext.BaseDirectory, "Fuzz", "Corpus");

    public static string Crashes => Path.Combine(AppContext.BaseDirectory, "Fuzz", "Crashes");
}
