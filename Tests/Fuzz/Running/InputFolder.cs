using System.Security.Cryptography;

namespace AppProxy.Fuzz.Running;

/// <summary>A folder of inputs, one file each, named by what they are and by their content.</summary>
internal sealed class InputFolder(string path)
{
    public string Path => path;

    public IReadOnlyList<byte[]> ReadAll() =>
        Directory.Exists(path) ? [.. Directory.EnumerateFiles(path).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)] : [];

    /// <summary>Returns the file's path.</summary>
    public string Add(string kind, ReadOnlySpan<byte> input) => Write(kind, Convert.ToHexStringLower(SHA256.HashData(input))[..12], input);

    /// <summary>Like <see cref="Add"/>, but named by the reason, so that the same finding has one file.</summary>
    public string AddFinding(Finding finding) => Write(finding.Kind, finding.Key, finding.Input);

    private string Write(string kind, string name, ReadOnlySpan<byte> input)
    {
        Directory.CreateDirectory(path);
        var file = System.IO.Path.Combine(path, $"{kind}-{name}.bin");
        File.WriteAllBytes(file, input);
        return file;
    }
}
