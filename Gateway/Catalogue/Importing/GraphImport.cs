using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AppProxy.Gateway.Catalogue.Importing;

/// <summary>
/// Makes an apps file of what Microsoft Graph answers about Entra application proxy: <c>/applications</c> with
/// <c>onPremisesPublishing</c>, <c>connectorGroups</c> with their applications, and <c>/servicePrincipals</c> with <c>appRoleAssignedTo</c>.
/// </summary>
internal sealed class GraphImport
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<CatalogueFinding> _remarks = [];
    private readonly List<(JsonObject Item, string Path)> _applications = [];
    private readonly List<(JsonObject Item, string Path)> _groups = [];
    private readonly Dictionary<string, JsonObject> _servicePrincipals = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What has no counterpart here, or needs to be looked at.</summary>
    public ImmutableArray<CatalogueFinding> Remarks => [.. _remarks];

    /// <summary>Takes one answer of Graph: a list, or one object.</summary>
    /// <exception cref="CatalogueException">No JSON.</exception>
    public void Add(byte[] json, string source)
    {
        JsonNode? root;
        if (json.AsSpan().StartsWith(System.Text.Encoding.UTF8.Preamble))
        {
            json = json[System.Text.Encoding.UTF8.Preamble.Length..];
        }

        try
        {
            root = JsonNode.Parse(json, documentOptions: Lenient);
            if (GraphJson.LineOfNoText(json) is { } line)
            {
                throw new CatalogueException(source, [new CatalogueFinding("$", line, "has a text that is not UTF-8, or half of a character (\\ud800): save what Graph answers as it comes, in UTF-8")]);
            }
        }
        catch (JsonException exception)
        {
            throw new CatalogueException(source, [new CatalogueFinding("$", (int)(exception.LineNumber ?? 0) + 1, "is not valid JSON: " + exception.Message.Split(" LineNumber:")[0])]);
        }

        var name = Path.GetFileName(source);
        if (root is JsonObject page && page.ContainsKey("@odata.nextLink"))
        {
            Remark($"{name} $", "is one page of several (@odata.nextLink): give the others too");
        }

        var (items, path) = root switch
        {
            JsonArray list => (list.ToList(), "$"),
            JsonObject { } answer when answer["value"] is JsonArray list => (list.ToList(), "$.value"),
            _ => ([root], "$"),
        };
        foreach (var (index, item) in items.Index())
        {
            Sort(item, items.Count == 1 && path == "$" && root is JsonObject ? $"{name} $" : $"{name} {path}[{index}]");
        }
    }

    /// <summary>The apps file.</summary>
    public string Write()
    {
        var groups = new GraphConnectorGroups(Remark);
        var file = new JsonObject();
        var groupList = new JsonArray([.. _groups.Select(group => groups.Read(group.Item, group.Path))]);
        if (groupList.Count > 0)
        {
            file["connectorGroups"] = groupList;
        }

        var applications = new GraphApplications(groups, _servicePrincipals, Remark);
        file["applications"] = new JsonArray([.. _applications.Select(app => applications.Read(app.Item, app.Path)).OfType<JsonNode>()]);
        return file.ToJsonString(Indented) + "\n";
    }

    private void Sort(JsonNode? item, string path)
    {
        switch (item)
        {
            case JsonObject app when app.ContainsKey("onPremisesPublishing"):
                _applications.Add((app, path));
                break;
            case JsonObject group when group.ContainsKey("connectorGroupType") || (group.ContainsKey("name") && group.ContainsKey("isDefault")):
                _groups.Add((group, path));
                break;
            case JsonObject principal when principal.ContainsKey("appRoleAssignmentRequired") && GraphJson.Text(principal, "appId") is { } appId:
                _servicePrincipals[appId] = principal;
                break;
            default:
                Remark(path, "is no application with onPremisesPublishing, no connector group and no service principal: left out. Ask Graph with $select=id,appId,displayName,description,identifierUris,info,tags,web,onPremisesPublishing");
                break;
        }
    }

    private void Remark(string path, string message) => _remarks.Add(new CatalogueFinding(path, 0, message));
}
