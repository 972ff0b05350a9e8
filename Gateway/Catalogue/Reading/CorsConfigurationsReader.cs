namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Checks which other origins may ask.</summary>
internal static class CorsConfigurationsReader
{
    private const int Day = 86_400;

    public static EquatableList<CorsConfiguration> Read(List<CorsConfigurationDocument>? documents, string path, Findings findings)
    {
        var found = new List<CorsConfiguration>();
        for (var index = 0; index < (documents?.Count ?? 0); index++)
        {
            var place = $"{path}[{index}]";
            if (documents![index] is { } document)
            {
                found.Add(Read(document, place, findings));
            }
            else
            {
                findings.Problem(place, "must be an object, { … }");
            }
        }

        return new EquatableList<CorsConfiguration>(found);
    }

    private static CorsConfiguration Read(CorsConfigurationDocument document, string path, Findings findings)
    {
        var resource = document.Resource ?? "";
        if (!resource.StartsWith('/'))
        {
            findings.Problem(path + ".resource", $"'{resource}' must be a path of the app, such as / or /api");
        }

        for (var index = 0; index < (document.AllowedOrigins?.Count ?? 0); index++)
        {
            var origin = document.AllowedOrigins![index];
            if (origin != "*" && !IsOrigin(origin))
            {
                findings.Problem($"{path}.allowedOrigins[{index}]", $"'{origin}' must be an origin as browsers send it, such as https://app.example.com, or *");
            }
        }

        if (document.MaxAgeInSeconds is < 0 or > Day)
        {
            findings.Problem(path + ".maxAgeInSeconds", $"must be 0 to {Day}");
        }

        return new CorsConfiguration(
            resource,
            Known(document.AllowedOrigins),
            Known(document.AllowedMethods),
            Known(document.AllowedHeaders),
            TimeSpan.FromSeconds(document.MaxAgeInSeconds ?? 0));
    }

    private static bool IsOrigin(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.PathAndQuery == "/" && url.Fragment.Length == 0 && !text.EndsWith('/') && url.UserInfo.Length == 0;

    private static EquatableList<string> Known(List<string>? texts) => new(texts?.OfType<string>() ?? []);
}
