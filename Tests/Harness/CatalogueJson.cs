using System.Text.Json;

namespace AppProxy.Testing;

/// <summary>Writes the published apps as an operator would.</summary>
internal static class CatalogueJson
{
    public static string Write(TestEnvironmentOptions options, Func<string, Uri> externalUrlOf, IReadOnlyDictionary<string, Uri> internalUrls) =>
        JsonSerializer.Serialize(new Dictionary<string, object>(options.Catalogue)
        {
            ["applications"] = internalUrls.Select(app => Application(options, app.Key, externalUrlOf(app.Key), app.Value)),
        });

    private static Dictionary<string, object> Application(TestEnvironmentOptions options, string name, Uri externalUrl, Uri internalUrl)
    {
        var application = new Dictionary<string, object>(options.Application)
        {
            ["id"] = name,
            ["displayName"] = name,
            ["onPremisesPublishing"] = Publishing(options, externalUrl, internalUrl),
            ["relay"] = options.Relay,
        };
        options.Changes.GetValueOrDefault(name)?.Invoke(application);
        return application;
    }

    private static Dictionary<string, object> Publishing(TestEnvironmentOptions options, Uri externalUrl, Uri internalUrl)
    {
        var publishing = new Dictionary<string, object>(options.Publishing) { ["externalUrl"] = externalUrl, ["internalUrl"] = internalUrl };
        publishing.TryAdd("externalAuthenticationType", "passthru");
        return publishing;
    }
}
