using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Catalogue;

/// <summary>Where the published apps come from: <see cref="Json"/> if it is set, or else <see cref="Store"/>, or else <see cref="Path"/>.</summary>
internal sealed class CatalogueOptions
{
    /// <summary>The apps file; watched.</summary>
    public string Path { get; set; } = "apps.json";

    /// <summary>The apps file's content itself, for who has no file (demo, tests).</summary>
    public string? Json { get; set; }

    /// <summary>Whether all that would need a store may go with the process: keys and connectors are then kept in memory.</summary>
    public bool IsTemporary { get => Json is not null || field; set; }

    /// <summary>The database, for gateways that share it or are administered while they run.</summary>
    public StoreConnection? Store { get; set; }

    /// <summary>Host names of the gateway itself, without ports, which no app may claim.</summary>
    public IList<string> OwnHosts { get; } = [];

    /// <summary>Whether there is a provider to sign in with: without one, apps that ask for it are refused.</summary>
    public bool CanSignIn { get; set; }

    /// <summary>Quiet time after a change before the file is read again: editors write in several steps.</summary>
    public TimeSpan ReloadDelay { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How often the file is looked at without anybody saying that it changed.</summary>
    public TimeSpan FileInterval { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Whether the system is asked to say so.</summary>
    public bool HasFileEvents { get; set; } = true;

    /// <summary>How often the store is asked for its version. A change is live on every gateway within five seconds, loading included.</summary>
    public TimeSpan StoreInterval { get; set; } = TimeSpan.FromSeconds(1);
}
