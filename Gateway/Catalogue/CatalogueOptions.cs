namespace AppProxy.Gateway.Catalogue;

/// <summary>Where the published apps come from. Exactly one of <see cref="Path"/> and <see cref="Json"/> is used; Json wins.</summary>
internal sealed class CatalogueOptions
{
    /// <summary>The apps file; watched.</summary>
    public string Path { get; set; } = "apps.json";

    /// <summary>The apps file's content itself, for who has no file (demo, tests).</summary>
    public string? Json { get; set; }

    /// <summary>Host names of the gateway itself, without ports, which no app may claim.</summary>
    public IList<string> OwnHosts { get; } = [];

    /// <summary>Quiet time after a change before the file is read again: editors write in several steps.</summary>
    public TimeSpan ReloadDelay { get; set; } = TimeSpan.FromMilliseconds(250);
}
