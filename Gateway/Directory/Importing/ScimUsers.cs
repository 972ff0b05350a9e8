using System.Text.Json;
using System.Text.Json.Serialization;
using AppProxy.Gateway.Directory.Accounts;

namespace AppProxy.Gateway.Directory.Importing;

/// <summary>Users and groups in the shape of SCIM (RFC 7643): a list response, an array of resources, or one of them. What it says besides is left alone.</summary>
internal static partial class ScimUsers
{
    private const string GroupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group";

    /// <param name="text">The file.</param>
    /// <param name="mistakes">Gets every mistake, with its place.</param>
    public static List<ImportedUser> Read(string text, List<string> mistakes)
    {
        List<Resource> resources;
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var root = document.RootElement;
            var list = root;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("Resources", out var inside))
            {
                list = inside;
                if (list.ValueKind != JsonValueKind.Array)
                {
                    mistakes.Add("$.Resources must be an array");
                    return [];
                }
            }

            // An entry that is null has no name, which is told below.
            resources = list.ValueKind == JsonValueKind.Array
                ? [.. (list.Deserialize(ScimJsonContext.Default.ListResource) ?? []).Select(static resource => resource ?? new Resource())]
                : [list.Deserialize(ScimJsonContext.Default.Resource) ?? new Resource()];
        }
        catch (JsonException mistake)
        {
            mistakes.Add(mistake.Message);
            return [];
        }

        var people = resources.Index().Where(static resource => !resource.Item.IsGroup).ToList();
        foreach (var (index, _) in people.Where(static person => string.IsNullOrWhiteSpace(person.Item.UserName)))
        {
            mistakes.Add($"$.Resources[{index}].userName is missing");
        }

        foreach (var (index, _) in resources.Index().Where(static resource => resource.Item.IsGroup && string.IsNullOrWhiteSpace(resource.Item.DisplayName)))
        {
            mistakes.Add($"$.Resources[{index}].displayName is missing");
        }

        var groups = resources.Where(static resource => resource.IsGroup && resource.DisplayName is not null).ToList();
        return [.. people.Where(static person => !string.IsNullOrWhiteSpace(person.Item.UserName)).Select(person => ToUser(person.Item, groups))];
    }

    private static ImportedUser ToUser(Resource person, List<Resource> groups) => new(
        person.UserName!,
        person.DisplayName ?? person.Name?.Formatted ?? (string.Join(' ', new[] { person.Name?.GivenName, person.Name?.FamilyName }.OfType<string>()) is { Length: > 0 } name ? name : null),
        (person.Emails.Find(static email => email.Primary is true) ?? person.Emails.FirstOrDefault())?.Value,
        person.Active,
        [
            .. groups.Where(group => group.Members.Exists(member => member.Value is { } value && (value == person.Id || value.Equals(person.UserName, StringComparison.OrdinalIgnoreCase))))
                .Select(static group => group.DisplayName!)
                .Concat(person.Groups.Select(static group => group.Display).OfType<string>())
                .Distinct(StringComparer.OrdinalIgnoreCase),
        ]);

    /// <summary>What it says is null is as if it were not there (RFC 7643 section 2.5).</summary>
    internal sealed record Resource
    {
        public List<string> Schemas { get; set => field = Of(value); } = [];

        public string? Id { get; set; }

        public string? UserName { get; set; }

        public string? DisplayName { get; set; }

        public PersonName? Name { get; set; }

        public bool? Active { get; set; }

        public List<Entry> Emails { get; set => field = Of(value); } = [];

        public List<Entry> Groups { get; set => field = Of(value); } = [];

        public List<Entry> Members { get; set => field = Of(value); } = [];

        [JsonIgnore]
        public bool IsGroup => Schemas.Contains(GroupSchema) || (UserName is null && Members.Count > 0);

        private static List<T> Of<T>(List<T>? said)
            where T : class
            => [.. said?.Where(static one => one is not null) ?? []];
    }

    internal sealed record PersonName(string? Formatted, string? GivenName, string? FamilyName);

    internal sealed record Entry(string? Value, string? Display, bool? Primary);

    [JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
    [JsonSerializable(typeof(List<Resource?>))]
    private sealed partial class ScimJsonContext : JsonSerializerContext;
}
