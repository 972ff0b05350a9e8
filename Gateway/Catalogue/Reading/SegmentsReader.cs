namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Checks the segments of an app.</summary>
internal static class SegmentsReader
{
    /// <param name="publishing">The app's publishing.</param>
    /// <param name="path">Of that.</param>
    /// <param name="own">The app's own URLs, which Graph repeats as a segment.</param>
    /// <param name="owner">The app, as people know it.</param>
    /// <param name="ownCors">What the segment says that repeats the app's own URLs.</param>
    public static EquatableList<ApplicationSegment> Read(
        OnPremisesPublishingDocument publishing, string path, ApplicationSegment own, string owner, ExternalUrlReader externalUrls, Findings findings, out EquatableList<CorsConfiguration> ownCors)
    {
        ownCors = EquatableList<CorsConfiguration>.Empty;
        var (documents, list) = publishing.SegmentsConfiguration?.ApplicationSegments is { Count: > 0 } segments
            ? (segments, path + ".segmentsConfiguration.applicationSegments")
            : (publishing.OnPremisesApplicationSegments ?? [], path + ".onPremisesApplicationSegments");
        var found = new List<ApplicationSegment>();
        var ids = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var index = 0; index < documents.Count; index++)
        {
            var place = $"{list}[{index}]";
            if (documents[index] is not { } document)
            {
                findings.Problem(place, "must be an object, { … }");
            }
            else if (Read(document, place, externalUrls, findings) is { } segment)
            {
                if (IsRepeated(segment, own))
                {
                    ownCors = segment.CorsConfigurations;
                    continue;
                }

                externalUrls.Claim(segment.ExternalUrl, owner, place + ".externalUrl");
                if (segment.AlternateUrl is { } alternate)
                {
                    externalUrls.Claim(alternate, owner, place + ".alternateUrl");
                }

                if (!ids.Add(segment.Id))
                {
                    findings.Problem(place + ".id", $"'{segment.Id}' is the id of another segment of this app too");
                }

                found.Add(segment);
            }
        }

        return new EquatableList<ApplicationSegment>(found);
    }

    private static bool IsRepeated(ApplicationSegment segment, ApplicationSegment own)
        => segment.ExternalUrl == own.ExternalUrl && segment.InternalUrl == own.InternalUrl && (segment.AlternateUrl is null || segment.AlternateUrl == own.AlternateUrl);

    private static ApplicationSegment? Read(SegmentDocument document, string path, ExternalUrlReader externalUrls, Findings findings)
    {
        if (document.Id is { } id && !AppId.IsValid(id))
        {
            findings.Problem(path + ".id", $"'{id}' must be {AppId.Rule}");
        }

        var cors = CorsConfigurationsReader.Read(document.CorsConfigurations, path + ".corsConfigurations", findings);
        var external = externalUrls.Read(document.ExternalUrl, path + ".externalUrl");
        var @internal = UrlRules.Read(document.InternalUrl, path + ".internalUrl", findings);
        var alternate = document.AlternateUrl is null ? null : externalUrls.Read(document.AlternateUrl, path + ".alternateUrl");
        if (external is null || @internal is null)
        {
            return null;
        }

        UrlRules.CheckWildcards(external, @internal, alternate, path, findings);
        return new ApplicationSegment(document.Id ?? AppId.Make(external), external, @internal, alternate) { CorsConfigurations = cors };
    }
}
