using System.Text.Json;
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

        AddPicture(app, at);
        if (app["identifierUris"] is JsonArray { Count: > 0 } identifiers)
        {
            read["identifierUris"] = GraphJson.Clean(identifiers);
        }

        var group = groups.Of(app);
        Set(read, "connectorGroup", group);
        if (group is null)
        {
            remark(at + ".connectorGroup", "is told by nothing that was given: the app goes to the default group. Ask Graph for the connectorGroups with $expand=applications");
        }

        var principal = GraphJson.Text(app, "appId") is { } appId ? servicePrincipals.GetValueOrDefault(appId) : null;
        if (principal is not null)
        {
            AddAssignments(principal, read, at);
            if (GraphJson.Text(principal, "preferredSingleSignOnMode") is { } mode && !Is(mode, "notSupported") && GraphJson.IsSet(principal["preferredSingleSignOnMode"]))
            {
                remark(at + ".preferredSingleSignOnMode", $"'{mode}' has no counterpart: it is a sign-on between Entra and the app");
            }
        }
        else if (!Is(GraphJson.Text(publishing, "externalAuthenticationType") ?? "", "passthru"))
        {
            remark(at + ".appId", "has no service principal in what was given: nobody is assigned, and nobody can open the app. Ask Graph for /servicePrincipals with $expand=appRoleAssignedTo");
        }

        if (app["appRoles"] is JsonArray roles && roles.OfType<JsonObject>().Any(static role => role["isEnabled"]?.ToString() == "true" && role["value"] is not null))
        {
            remark(at + ".appRoles", "has no counterpart yet: apps have no roles of their own");
        }

        read["onPremisesPublishing"] = GraphPublishing.Read(publishing, at + ".onPremisesPublishing", remark);
        TakeOutOfUse(app, publishing, principal, read, at);
        return read;
    }

    /// <summary>What nobody can open there shall not be open here because it was imported.</summary>
    private void TakeOutOfUse(JsonObject app, JsonObject publishing, JsonObject? principal, JsonObject read, string at)
    {
        (string Name, bool IsOut)[] reasons =
        [
            (".onPremisesPublishing.isOnPremPublishingEnabled", IsFalse(publishing["isOnPremPublishingEnabled"])),
            (".isDisabled", app["isDisabled"] is JsonValue disabled && disabled.GetValueKind() == JsonValueKind.True),
            (".accountEnabled", principal is not null && IsFalse(principal["accountEnabled"])),
        ];
        foreach (var (name, _) in reasons.Where(static reason => reason.IsOut))
        {
            remark(at + name, "says that the app is out of use: it comes with relay.maintenance on. Take that away to publish it");
            read["relay"] = new JsonObject { ["maintenance"] = new JsonObject { ["isEnabled"] = true } };
        }
    }

    private void AddPicture(JsonObject app, string at)
    {
        foreach (var (name, value) in app["info"] as JsonObject ?? [])
        {
            if (GraphJson.IsSet(value) && !name.Contains("@odata.", StringComparison.Ordinal))
            {
                remark($"{at}.info.{name}", name == "logoUrl" ? "is a picture elsewhere, and not fetched: save it beside the apps file, and name that file in info.logoUrl" : "has no counterpart");
            }
        }
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

    private static bool IsFalse(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.False;

    private static bool Is(string value, string other) => value.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static void Set(JsonObject item, string name, string? value)
    {
        if (value is not null)
        {
            item[name] = value;
        }
    }
}
