using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Catalogue.Reading.Policies;

namespace AppProxy.Gateway.Catalogue.Storage;

/// <summary>Documents ⇄ their one canonical text: what is left out is not written, so equal settings are equal texts.</summary>
internal static class StoredDocuments
{
    private static readonly CatalogueJsonContext Compact = new(new JsonSerializerOptions(CatalogueJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    private static readonly CatalogueJsonContext Indented = new(new JsonSerializerOptions(Compact.Options) { WriteIndented = true });

    public static string Write(ConnectorGroupDocument document) => JsonSerializer.Serialize(document, Compact.ConnectorGroupDocument);

    public static string Write(ApplicationDocument document) => JsonSerializer.Serialize(document, Compact.ApplicationDocument);

    public static string Write(ConditionalAccessPolicyDocument document) => JsonSerializer.Serialize(document, Compact.ConditionalAccessPolicyDocument);

    public static string Write(NamedLocationDocument document) => JsonSerializer.Serialize(document, Compact.NamedLocationDocument);

    /// <summary>For people: an apps file.</summary>
    public static string WriteFile(CatalogueDocument document) => JsonSerializer.Serialize(document, Indented.CatalogueDocument) + "\n";

    public static ConnectorGroupDocument ReadConnectorGroup(string text) => Read(text, Compact.ConnectorGroupDocument);

    public static ApplicationDocument ReadApplication(string text) => Read(text, Compact.ApplicationDocument);

    public static ConditionalAccessPolicyDocument ReadPolicy(string text) => Read(text, Compact.ConditionalAccessPolicyDocument);

    public static NamedLocationDocument ReadLocation(string text) => Read(text, Compact.NamedLocationDocument);

    private static T Read<T>(string text, JsonTypeInfo<T> type)
        => JsonSerializer.Deserialize(text, type) ?? throw new JsonException("A document is null.");
}
