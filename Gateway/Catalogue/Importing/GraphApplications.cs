using System.Text.Json.Nodes;

namespace AppProxy.Gateway.Catalogue.Importing;

/// <summary>Graph's applications with what their service principals and connector groups say of them.</summary>
internal sealed class GraphApplications(GraphConnectorGroups groups, IReadOnlyDictionary<string, JsonObject> servicePrincipals, Action<string, string> remark)
{
    /// <summary>The app, or null when it has no counterpart at all.</summary>
    public JsonNode? Read(JsonObject app, string path)
    {
        var name = GraphJson.Text(app, "displayName") ?? GraphJson.Text(app, "id") ?? "";
        var at = $"{path} ('{name}')";
        if (app["onPremisesPublishing"] is not JsonObject publishing || GraphJson.Text(publishing, "externalUrl") is null)
        {
            remark(at, "is not published (no externalUrl): left out");
            return null;
        }

        if (GraphJson.Text(publishing, "applicationType") is { } type && (Is(type, "quickaccessapp") || Is(type, "nonwebapp")))
        {
            remark(at, $"is a {type}, which is not of the web: left out");
            return null;
        }

        var read = new JsonObject();
        Set(read, "id", GraphJson.Text(app, "id"));
        Set(read, "displayName", name);
        Set(read, "description", GraphJson.Text(app, "description"));
        if (GraphJson.Text(app["web"] as JsonObject ?? [], "homePageUrl") is { Length: > 0 } home)
        {
            read["web"] = new JsonObject { ["homePageUrl"] = home };
        }

        if (app["tags"] is JsonArray tags && tags.Any(static tag => tag?.ToString() == "HideApp"))
        {
            read["tags"] = new JsonArray("HideApp");
        }

        Set(read, "connectorGroup", groups.Of(app));
        if (GraphJson.Text(app, "appId") is { } appId && servicePrincipals.TryGetValue(appId, out var principal))
        {
            AddAssignments(principal, read, at);
        }

        if (GraphJson.IsSet(app["appRoles"]) && app["appRoles"]!.AsArray().Any(static role => role?["isEnabled"]?.ToString() == "true" && role["value"] is not null))
        {
            remark(at + ".appRoles", "has no counterpart yet: apps have no roles of their own");
        }

        read["onPremisesPublishing"] = GraphPublishing.Read(publishing, at + ".onPremisesPublishing", remark);
        return read;
    }

    private void AddAssignments(JsonObject principal, JsonObject read, string at)
    {
        if (principal["appRoleAssignmentRequired"] is JsonValue required)
        {
            read["appRoleAssignmentRequired"] = required.DeepClone();
        }

        if (principal["appRoleAssignedTo"] is not JsonArray assigned)
        {
            remark(at + ".appRoleAssignedTo", "was not asked for: nobody is assigned. Ask Graph for /servicePrincipals with $expand=appRoleAssignedTo");
            return;
        }

        read["appRoleAssignedTo"] = new JsonArray(
        [
            .. assigned.OfType<JsonObject>().Select(static assignment =>
            {
                var copy = new JsonObject();
                foreach (var name in (string[])["principalId", "principalType", "principalDisplayName", "appRoleId"])
                {
                    Set(copy, name, GraphJson.Text(assignment, name));
                }

                return (JsonNode)copy;
            }),
        ]);
    }

    private static bool Is(string value, string other) => value.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static void Set(JsonObject item, string name, string? value)
    {
        if (value is not null)
        {
            item[name] = value;
        }
    }
}
