using System.Text.Json;

namespace AppProxy.Testing;

/// <summary>Writes the published apps as an operator would.</summary>
internal static class CatalogueJson
{
    public static string Write(TestEnvironmentOptions options, Func<string, Uri> externalUrlOf, IReadOnlyDictionary<string, Uri> internalUrls) =>
        JsonSerializer.Serialize(new
        {
            applications = internalUrls.Select(app => new
            {
                id = app.Key,
                displayName = app.Key,
                onPremisesPublishing = new Dictionary<string, object>(options.Publishing)
                {
                    ["externalUrl"] = externalUrlOf(app.Key),
                    ["internalUrl"] = app.Value,
                    ["externalAuthenticationType"] = "passthru",
                },
                relay = options.Relay,
            }),
        });
}
