using System.Text.Json;
using System.Text.Json.Nodes;

namespace AppProxy.Gateway.Catalogue.Importing;

/// <summary>Looks into Graph's answers without trusting their shape.</summary>
internal static class GraphJson
{
    public static string? Text(JsonObject item, string name) => item[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    /// <summary>Line of the first text or name that is none, which would be found only when it is asked for; null where all are.</summary>
    public static int? LineOfNoText(byte[] json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        while (reader.Read())
        {
            try
            {
                _ = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? reader.GetString() : null;
            }
            catch (InvalidOperationException)
            {
                return json.AsSpan(0, (int)reader.TokenStartIndex).Count((byte)'\n') + 1;
            }
        }

        return null;
    }

    /// <summary>Whether it says anything: not null, false, empty or "none".</summary>
    public static bool IsSet(JsonNode? value) => value switch
    {
        null => false,
        JsonArray list => list.Count > 0,
        JsonValue single => single.GetValueKind() switch
        {
            JsonValueKind.False => false,
            JsonValueKind.String => single.GetValue<string>() is not ("" or "none"),
            _ => true,
        },
        _ => true,
    };

    /// <summary>A copy without Graph's annotations and nulls.</summary>
    public static JsonNode? Clean(JsonNode? node) => node switch
    {
        JsonObject item => new JsonObject(item.Where(static property => property.Value is not null && !property.Key.Contains("@odata.", StringComparison.Ordinal))
            .Select(static property => KeyValuePair.Create(property.Key, Clean(property.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Clean)]),
        _ => node?.DeepClone(),
    };
}
