namespace AppProxy.Gateway.Catalogue;

/// <summary>Versions of the catalogue: they rise with every change.</summary>
internal static class CatalogueVersion
{
    /// <summary>
    /// Beginning at the clock's milliseconds, it rises over a restart, and from a file to a store, as well, when connectors still hold
    /// settings of the life before.
    /// </summary>
    public static long After(long version, TimeProvider time) => Math.Max(version + 1, time.GetUtcNow().ToUnixTimeMilliseconds());
}
