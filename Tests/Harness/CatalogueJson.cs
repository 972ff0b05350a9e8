using System.Text.Json;

namespace AppProxy.Testing;

/// <summary>Writes the published apps as an operator would.</summary>
internal static class CatalogueJson
{
    public static string Write(TestEnvironmentOptions options, Func<string, Uri> externalUrlOf, IReadOnlyDictionary<string, Uri> internalUrls) =>
        JsonSerializer.Serialize(new Dictionary<string, object>(options.Catalogue)
        {
            ["applications"] = internalUrls.Select(app => new Dictionary<string, object>(options.Application)
            {
                ["id"] = app.Key,
                ["displayName"] = app.Key,
                ["onPremisesPublishing"] = Publishing(options, externalUrlOf(app.Key), app.Value),
                ["relay"] = options.Relay,
            }),
        });

    private static Dictionary<string, object> Publishing(TestEnvironmentOptions options, Uri externalUrl, Uri internalUrl)
    {
        var publishing = new Dictionary<string, object>(options.Publishing) { ["externalUrl"] = externalUrl, ["internalUrl"] = internalUrl };
        publishing.TryAdd("externalAuthenticationType", "passthru");
        return publishing;
    }
}
