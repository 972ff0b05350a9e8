using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Checks the connector groups. A file without any has one, "default".</summary>
internal static partial class ConnectorGroupsReader
{
    /// <summary>What every Service Bus entity name may contain, without the '/' and '.' that would have a meaning there.</summary>
    public const string NamePattern = "^[A-Za-z0-9_-]{1,50}$";

    public static ImmutableArray<ConnectorGroup> Read(List<ConnectorGroupDocument>? documents, Findings findings)
    {
        if (documents is not { Count: > 0 })
        {
            return [new ConnectorGroup("default", IsDefault: true)];
        }

        var groups = new List<ConnectorGroup>();
        for (var index = 0; index < documents.Count; index++)
        {
            var path = $"$.connectorGroups[{index}]";
            var document = documents[index];
            if (document?.Name is not { } name || !QueueNamePart().IsMatch(name))
            {
                findings.Problem(path + ".name", "must be 1 to 50 letters, digits, '-' or '_': it becomes part of the names of queues");
                continue;
            }

            if (groups.Any(group => string.Equals(group.Name, name, StringComparison.OrdinalIgnoreCase)))
            {
                findings.Problem(path + ".name", $"'{name}' is the name of another group too");
                continue;
            }

            var isDefault = document.IsDefault ?? false;
            if (isDefault && groups.Any(group => group.IsDefault))
            {
                findings.Problem(path + ".isDefault", "is true for another group too: only one can be the default");
            }

            groups.Add(new ConnectorGroup(name, isDefault));
        }

        return [.. groups];
    }

    [GeneratedRegex(NamePattern)]
    private static partial Regex QueueNamePart();
}
