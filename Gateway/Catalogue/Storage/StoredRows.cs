using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Catalogue.Storage;

/// <summary>Documents ⇄ tracked rows, changing only rows that differ.</summary>
internal static class StoredRows
{
    public static StoredCatalogue Read(long version, IEnumerable<ConnectorGroupRow> groups, IEnumerable<ApplicationRow> apps) => new(
        version,
        [.. groups.OrderBy(static row => row.Name, StringComparer.Ordinal).Select(static row => StoredDocuments.ReadConnectorGroup(row.Document))],
        [.. apps.OrderBy(static row => row.Id, StringComparer.Ordinal).Select(static row => new StoredApplication(ReadApplication(row), row.SettingsVersion))]);

    /// <summary>Name of the group of apps that name none.</summary>
    public static string? DefaultOf(IEnumerable<ConnectorGroupDocument> groups) => groups.FirstOrDefault(static group => group.IsDefault is true)?.Name;

    public static void Write(StoreContext context, List<ConnectorGroupRow> rows, List<ConnectorGroupDocument> wanted)
    {
        var left = rows.ToDictionary(static row => row.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var group in wanted)
        {
            if (left.Remove(group.Name!, out var row))
            {
                row.Document = StoredDocuments.Write(group);
            }
            else
            {
                context.Add(new ConnectorGroupRow { Name = group.Name!, Document = StoredDocuments.Write(group) });
            }
        }

        context.RemoveRange(left.Values);
    }

    /// <param name="context">Where the rows are tracked.</param>
    /// <param name="rows">All there are.</param>
    /// <param name="wanted">All there shall be, with ids.</param>
    /// <param name="version">Of apps that change.</param>
    /// <param name="defaults">The default group before and after: an app that names none moves with it.</param>
    public static void Write(StoreContext context, List<ApplicationRow> rows, List<ApplicationDocument> wanted, long version, (string? Before, string? After) defaults)
    {
        var left = rows.ToDictionary(static row => row.Id, StringComparer.OrdinalIgnoreCase);
        var isDefaultMoved = !string.Equals(defaults.Before, defaults.After, StringComparison.OrdinalIgnoreCase);
        foreach (var app in wanted)
        {
            var document = StoredDocuments.Write(WithoutAssignments(app));
            if (!left.Remove(app.Id!, out var row))
            {
                row = new ApplicationRow { Id = app.Id!, DisplayName = "", Document = "" };
                context.Add(row);
            }

            if (row.Document != document)
            {
                row.Document = document;
                row.DisplayName = app.DisplayName!;
                row.ConnectorGroup = app.ConnectorGroup;
                row.SettingsVersion = version;
            }

            if (isDefaultMoved && row.ConnectorGroup is null)
            {
                row.SettingsVersion = version;
            }

            WriteAssignments(row, app.AppRoleAssignedTo ?? []);
        }

        context.RemoveRange(left.Values);
    }

    private static void WriteAssignments(ApplicationRow row, List<AppRoleAssignmentDocument> wanted)
    {
        var left = row.AppRoleAssignedTo.ToDictionary(static assignment => (assignment.PrincipalId, assignment.AppRoleId));
        foreach (var assignment in wanted)
        {
            var roleId = assignment.AppRoleId ?? AppRoleAssignment.DefaultAccess;
            if (left.Remove((assignment.PrincipalId!, roleId), out var existing))
            {
                existing.PrincipalType = assignment.PrincipalType!;
                existing.PrincipalDisplayName = assignment.PrincipalDisplayName;
            }
            else
            {
                row.AppRoleAssignedTo.Add(new AppRoleAssignmentRow
                {
                    ApplicationId = row.Id,
                    PrincipalId = assignment.PrincipalId!,
                    AppRoleId = roleId,
                    PrincipalType = assignment.PrincipalType!,
                    PrincipalDisplayName = assignment.PrincipalDisplayName,
                });
            }
        }

        foreach (var gone in left.Values)
        {
            row.AppRoleAssignedTo.Remove(gone);
        }
    }

    private static ApplicationDocument ReadApplication(ApplicationRow row)
    {
        var document = StoredDocuments.ReadApplication(row.Document);
        if (row.AppRoleAssignedTo.Count > 0)
        {
            document.AppRoleAssignedTo =
            [
                .. row.AppRoleAssignedTo
                    .OrderBy(static assignment => assignment.PrincipalId, StringComparer.Ordinal).ThenBy(static assignment => assignment.AppRoleId, StringComparer.Ordinal)
                    .Select(static assignment => new AppRoleAssignmentDocument
                    {
                        PrincipalId = assignment.PrincipalId,
                        PrincipalType = assignment.PrincipalType,
                        PrincipalDisplayName = assignment.PrincipalDisplayName,
                        AppRoleId = assignment.AppRoleId == AppRoleAssignment.DefaultAccess ? null : assignment.AppRoleId,
                    }),
            ];
        }

        return document;
    }

    private static ApplicationDocument WithoutAssignments(ApplicationDocument app) => new()
    {
        Id = app.Id,
        DisplayName = app.DisplayName,
        Description = app.Description,
        Info = app.Info,
        Web = app.Web,
        Tags = app.Tags,
        ConnectorGroup = app.ConnectorGroup,
        AppRoleAssignmentRequired = app.AppRoleAssignmentRequired,
        IdentifierUris = app.IdentifierUris,
        OnPremisesPublishing = app.OnPremisesPublishing,
        Relay = app.Relay,
    };
}
