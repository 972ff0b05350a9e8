namespace AppProxy.Connector.Execution;

/// <summary>An app as it was before it changed: requests that began before go on with it.</summary>
/// <param name="Entry">The app then.</param>
/// <param name="ChangedIn">Version of the settings in which it changed.</param>
/// <param name="ReplacedAt">Timestamp of the change here.</param>
/// <param name="Earlier">As it was before that.</param>
internal sealed record ReplacedApp(AppEntry Entry, long ChangedIn, long ReplacedAt, ReplacedApp? Earlier)
{
    /// <summary>As it was at a version of the settings; null where it has not changed since.</summary>
    public AppEntry? At(long version) => version >= ChangedIn ? null : Earlier?.At(version) ?? Entry;

    /// <summary>Without what is too long ago for any request.</summary>
    public static ReplacedApp? Since(ReplacedApp? app, Func<ReplacedApp, bool> isRecent)
        => app is null || !isRecent(app) ? null : app with { Earlier = Since(app.Earlier, isRecent) };
}
