namespace AppProxy.Gateway.Broker.Amqp.Authorization;

/// <summary>Addresses as peers write them, made alike: a leading slash (.NET), a whole URI (Python), percent-encoding.</summary>
internal static class EntityPath
{
    private const int MaxLength = 260;

    /// <summary>Path without host, outer slashes and encoding; null when it cannot be one.</summary>
    public static string? Normalize(string? address)
    {
        if (address is null || address.Length > MaxLength * 3)
        {
            return null;
        }

        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            var slash = address.IndexOf('/', scheme + 3);
            address = slash < 0 ? "" : address[slash..];
        }

        var path = Uri.UnescapeDataString(address).Trim('/');
        return path.Length <= MaxLength ? path : null;
    }

    /// <summary>Whether <paramref name="path"/> is <paramref name="scope"/> or lies below it; the empty scope holds everything.</summary>
    public static bool IsWithin(string path, string scope) =>
        scope.Length == 0
        || (path.StartsWith(scope, StringComparison.OrdinalIgnoreCase) && (path.Length == scope.Length || path[scope.Length] == '/'));
}
