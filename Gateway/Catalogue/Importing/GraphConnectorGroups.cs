using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AppProxy.Gateway.Catalogue.Importing;

/// <summary>Graph's connector groups: their names become parts of queue names, and apps refer to them by name.</summary>
internal sealed partial class GraphConnectorGroups(Action<string, string> remark)
{
    private const int LongestName = 50;

    private readonly Dictionary<string, string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _groupOfApp = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

    public JsonNode Read(JsonObject group, string path)
    {
        var given = GraphJson.Text(group, "name") ?? "";
        var name = MakeName(given);
        if (name != given)
        {
            remark(path + ".name", $"'{given}' becomes '{name}': the name is part of names of queues, so it has letters, digits, '-' and '_' only");
        }

        if (GraphJson.Text(group, "id") is { } id)
        {
            _names[id] = name;
        }

        foreach (var app in (group["applications"] as JsonArray ?? []).OfType<JsonObject>())
        {
            foreach (var key in (string?[])[GraphJson.Text(app, "id"), GraphJson.Text(app, "appId")])
            {
                if (key is not null)
                {
                    _groupOfApp[key] = name;
                }
            }
        }

        if (GraphJson.IsSet(group["region"]))
        {
            remark(path + ".region", "has no counterpart: gateways run where you run them");
        }

        if (GraphJson.IsSet(group["members"]))
        {
            remark(path + ".members", "has no counterpart: connectors of this gateway are set up anew");
        }

        var read = new JsonObject { ["name"] = name };
        if (group["isDefault"] is JsonValue isDefault && isDefault.GetValueKind() == System.Text.Json.JsonValueKind.True)
        {
            read["isDefault"] = true;
        }

        return read;
    }

    /// <summary>Name of an app's group, or null when Graph's answers do not tell.</summary>
    public string? Of(JsonObject app)
    {
        if (app["connectorGroup"] is JsonObject group)
        {
            return GraphJson.Text(group, "id") is { } id && _names.TryGetValue(id, out var known) ? known : null;
        }

        return ((string?[])[GraphJson.Text(app, "id"), GraphJson.Text(app, "appId")])
            .Select(key => key is null ? null : _groupOfApp.GetValueOrDefault(key)).FirstOrDefault(static name => name is not null);
    }

    private string MakeName(string given)
    {
        var allowed = Disallowed().Replace(given, "-").Trim('-') is { Length: > 0 } some ? some : "group";
        var name = allowed[..Math.Min(allowed.Length, LongestName)];
        for (var number = 2; !_taken.Add(name); number++)
        {
            var suffix = string.Create(CultureInfo.InvariantCulture, $"-{number}");
            name = allowed[..Math.Min(allowed.Length, LongestName - suffix.Length)] + suffix;
        }

        return name;
    }

    [GeneratedRegex("[^A-Za-z0-9_-]+")]
    private static partial Regex Disallowed();
}
