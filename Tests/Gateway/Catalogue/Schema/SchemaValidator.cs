using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AppProxy.Tests.Gateway.Catalogue.Schema;

/// <summary>As much of JSON Schema as our schema uses; a keyword that it does not know fails.</summary>
internal sealed class SchemaValidator
{
    private static readonly string[] Annotations = ["$schema", "title", "description"];
    private static readonly string[] OfObjects = ["properties", "patternProperties", "additionalProperties", "required"];

    /// <summary>The places of what breaks the schema.</summary>
    public IEnumerable<string> Validate(JsonNode schema, JsonNode? value, string path)
    {
        if (schema is JsonValue whether)
        {
            return whether.GetValue<bool>() ? [] : [path];
        }

        var rules = schema.AsObject();
        var broken = rules.Where(rule => !Annotations.Contains(rule.Key) && !OfObjects.Contains(rule.Key) && !Holds(rule.Key, rule.Value!, value)).Select(_ => path);
        var inner = value switch
        {
            JsonObject item => ValidateProperties(rules, item, path),
            JsonArray list when rules["items"] is { } items => list.SelectMany((element, index) => Validate(items, element, $"{path}[{index}]")),
            _ => [],
        };
        return broken.Concat(inner).Distinct();
    }

    private static bool Holds(string rule, JsonNode parameter, JsonNode? value) => rule switch
    {
        "type" => parameter is JsonArray types ? types.Any(type => IsType((string)type!, value)) : IsType((string)parameter!, value),
        "enum" => parameter.AsArray().Any(allowed => JsonNode.DeepEquals(allowed, value)),
        "pattern" => value is not JsonValue || value.GetValueKind() != JsonValueKind.String || Regex.IsMatch((string)value!, (string)parameter!),
        "items" => true,
        _ => throw new NotSupportedException($"The schema uses '{rule}', which these tests do not know."),
    };

    private static bool IsType(string type, JsonNode? value) => (type, value?.GetValueKind() ?? JsonValueKind.Null) switch
    {
        ("null", JsonValueKind.Null) or ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String)
            or ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => value!.AsValue().TryGetValue<int>(out _),
        _ => false,
    };

    private IEnumerable<string> ValidateProperties(JsonObject rules, JsonObject item, string path)
    {
        var properties = rules["properties"] as JsonObject ?? [];
        var patterns = rules["patternProperties"] as JsonObject ?? [];
        foreach (var missing in (rules["required"] as JsonArray ?? []).Select(static name => (string)name!).Where(name => !item.ContainsKey(name)))
        {
            yield return $"{path}.{missing}";
        }

        foreach (var (name, value) in item)
        {
            var rule = properties[name] ?? patterns.FirstOrDefault(pattern => Regex.IsMatch(name, pattern.Key)).Value ?? rules["additionalProperties"] ?? JsonValue.Create(true);
            foreach (var broken in Validate(rule, value, $"{path}.{name}"))
            {
                yield return broken;
            }
        }
    }
}
