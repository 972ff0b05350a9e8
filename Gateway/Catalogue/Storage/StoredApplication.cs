using AppProxy.Gateway.Catalogue.Reading;

namespace AppProxy.Gateway.Catalogue.Storage;

/// <summary>An app as the store has it, with its assignments.</summary>
internal sealed record StoredApplication(ApplicationDocument Document, long SettingsVersion)
{
    /// <summary>Its place, for findings.</summary>
    public string Path => $"{Document.Id} in the store";
}
