using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace AppProxy.Gateway.Catalogue.Applying;

/// <summary>Compares two documents setting by setting.</summary>
internal static class DocumentComparer
{
    /// <summary>What an element of a list is known by, rather than by its number, which moves.</summary>
    private static readonly string[] Names = ["principalId", "id", "externalUrl"];

    private const int ShownOfData = 40;

    /// <summary>A line for each setting that differs; none when the documents say the same.</summary>
    public static ImmutableArray<string> Compare(string before, string after)
    {
        var old = Read(before);
        var @new = Read(after);
        return
        [
            .. old.Keys.Union(@new.Keys).Select(path => (old.GetValueOrDefault(path), @new.GetValueOrDefault(path)) switch
            {
                (null, { } added) => $"+ {path}: {Shorten(added)}",
                ({ } removed, null) => $"- {path}: {Shorten(removed)}",
                var (was, becomes) when was != becomes => $"~ {path}: {Shorten(was)} → {Shorten(becomes)}",
                _ => null,
            }).OfType<string>(),
        ];
    }

    /// <summary>A line for each setting but those that name the document.</summary>
    public static ImmutableArray<string> Describe(string document)
        => [.. Read(document).Where(static setting => setting.Key is not ("id" or "name" or "displayName")).Select(static setting => $"{setting.Key}: {Shorten(setting.Value)}")];

    /// <summary>Nobody reads a whole picture.</summary>
    private static string? Shorten(string? value) => value?.StartsWith("\"data:", StringComparison.Ordinal) != true || value.Length <= ShownOfData
        ? value
        : string.Create(CultureInfo.InvariantCulture, $"{value.AsSpan(0, ShownOfData)}…\" ({value.Length} characters)");

    private static OrderedDictionary<string, string> Read(string document)
    {
        using var json = JsonDocument.Parse(document);
        var settings = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        Add(json.RootElement, "", settings);
        return settings;
    }

    private static void Add(JsonElement value, string path, OrderedDictionary<string, string> settings)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when value.TryGetProperty("principalId", out var principal):
                // Who is assigned is one thing to say.
                settings[path] = Describe(principal, value);
                break;
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    Add(property.Value, path.Length == 0 ? property.Name : path + "." + property.Name, settings);
                }

                break;
            case JsonValueKind.Array when value.GetArrayLength() > 0:
                var index = 0;
                foreach (var element in value.EnumerateArray())
                {
                    Add(element, $"{path}[{NameOf(element) ?? index.ToString(CultureInfo.InvariantCulture)}]", settings);
                    index++;
                }

                break;
            default:
                settings[path] = value.GetRawText();
                break;
        }
    }

    private static string Describe(JsonElement principalId, JsonElement assignment)
        => string.Join(' ', ((string[])["principalType", "principalDisplayName", "appRoleId"])
            .Select(name => assignment.TryGetProperty(name, out var value) ? value.ToString() : "")
            .Where(static text => text.Length > 0)
            .DefaultIfEmpty(principalId.ToString()));

    private static string? NameOf(JsonElement element) => element.ValueKind != JsonValueKind.Object
        ? null
        : Names.Select(name => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null).FirstOrDefault(static name => name is not null);
}
