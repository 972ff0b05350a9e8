namespace AppProxy.Gateway.Catalogue;

/// <summary>Where an app that asks for sign-in is, as a <see cref="PathGuard"/> compares it.</summary>
/// <param name="App">As reached there.</param>
/// <param name="Segments">As <see cref="PathGuard"/> reads them. None where nothing is left, as of "/", "//" or "/;a/": that would be every path, and can be had only by dots.</param>
internal sealed record GuardedPath(PublishedApp App, string[] Segments)
{
    public bool IsAscii { get; } = Segments.All(static segment => System.Text.Ascii.IsValid(segment));
}
