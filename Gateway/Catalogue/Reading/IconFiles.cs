using System.Collections.Immutable;
using AppProxy.Gateway.Processes;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Puts pictures that lie beside an apps file into it: a store and its gateways know no files.</summary>
internal static class IconFiles
{
    /// <param name="folder">Of the apps file; null where there is none, and paths are mistakes.</param>
    /// <returns>The files, each with its state before it was read.</returns>
    public static ImmutableDictionary<string, string> Embed(CatalogueDocument document, string? folder, Findings findings)
    {
        var files = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (index, application) in (document.Applications ?? []).Index())
        {
            if (folder is not null && application?.Info is { LogoUrl: { Length: > 0 } path } info && !AppIcon.IsDataUrl(path) && !path.Contains('\0', StringComparison.Ordinal) && !path.Contains(Uri.SchemeDelimiter, StringComparison.Ordinal))
            {
                var file = Path.GetFullPath(path, folder);
                files[file] = FileState.Of(file);
                info.LogoUrl = Read(file, path, folder, $"$.applications[{index}].info.logoUrl", findings);
            }
        }

        return files.ToImmutable();
    }

    private static string? Read(string file, string path, string folder, string place, Findings findings)
    {
        // An apps file that somebody else wrote must not bring this machine's other files to light.
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
        if (!file.StartsWith(root, StringComparison.Ordinal) || !AppIcon.MediaTypes.TryGetValue(Path.GetExtension(file), out var mediaType))
        {
            findings.Problem(place, $"'{path}' must be a picture beside the apps file or below: {string.Join(", ", AppIcon.MediaTypes.Keys)}");
            return null;
        }

        try
        {
            if (new FileInfo(file).Length <= AppIcon.MaxBytes)
            {
                return AppIcon.ToDataUrl(mediaType, File.ReadAllBytes(file));
            }

            findings.Problem(place, $"'{path}' is larger than {AppIcon.MaxBytes / 1024} KB: give a smaller picture");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            findings.Problem(place, $"'{path}' cannot be read: {exception.Message}");
        }

        return null;
    }
}
