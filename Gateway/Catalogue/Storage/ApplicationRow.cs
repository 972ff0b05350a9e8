namespace AppProxy.Gateway.Catalogue.Storage;

/// <summary>A published app.</summary>
internal sealed class ApplicationRow
{
    public required string Id { get; set; }

    /// <summary>Of the document, for lists.</summary>
    public required string DisplayName { get; set; }

    /// <summary>Of the document; null means the default group.</summary>
    public string? ConnectorGroup { get; set; }

    /// <summary>Graph's <c>application</c> and our <c>relay</c>, without the assignments.</summary>
    public required string Document { get; set; }

    /// <summary>Version of the catalogue in which the document last changed.</summary>
    public long SettingsVersion { get; set; }

    public List<AppRoleAssignmentRow> AppRoleAssignedTo { get; } = [];
}
