namespace AppProxy.Gateway.Catalogue;

/// <summary>How an app is shown to people.</summary>
internal sealed record AppPresentation
{
    public static AppPresentation None { get; } = new();

    /// <summary>Plain text.</summary>
    public string? Description { get; init; }

    /// <summary>Absolute, http or https; null is the external URL.</summary>
    public string? HomePageUrl { get; init; }

    public AppIcon? Icon { get; init; }

    /// <summary>Whether lists for people leave it out; whoever knows its URL opens it all the same.</summary>
    public bool IsHidden { get; init; }
}
