using AppProxy.Contracts.Identity;

namespace AppProxy.Connector.Settings;

/// <summary>What the connector's own operator says of apps, which goes before what the gateway says: whole apps, and single settings of the gateway's.</summary>
internal sealed class LocalApps(ConnectorOptions options, IConfiguration apps)
{
    /// <summary>Apps whose place the operator named: nothing that the gateway says of them counts.</summary>
    public IEnumerable<KeyValuePair<string, AppTargetOptions>> Own => options.Apps.Where(static app => app.Value.InternalUrl.Length > 0);

    /// <summary>An app of the gateway's, with the operator's settings for it laid over it.</summary>
    public AppTargetOptions Complete(AppSettings settings)
    {
        var app = new AppTargetOptions
        {
            InternalUrl = settings.InternalUrl,
            HttpVersion = settings.HttpVersion,
            IsBackendCertificateValidationEnabled = settings.IsBackendCertificateValidationEnabled,
            TrustedCertificateAuthorities = settings.TrustedCertificateAuthorities,
            ServerName = settings.ServerName,
        };
        app.MaxConnections = settings.MaxConnections ?? app.MaxConnections;
        app.ConnectionIdleTimeout = settings.ConnectionIdleTimeout ?? app.ConnectionIdleTimeout;
        app.MaxResponseHeadLength = settings.MaxResponseHeadLength ?? app.MaxResponseHeadLength;
        if (!options.Apps.TryGetValue(settings.Id, out var local))
        {
            app.PinnedPublicKeys.AddRange(settings.PinnedPublicKeys ?? []);
            return app;
        }

        // Lists are bound by adding to them: one of the operator's takes the place of the gateway's.
        app.PinnedPublicKeys.AddRange(local.PinnedPublicKeys.Count > 0 ? [] : settings.PinnedPublicKeys ?? []);
        apps.GetSection(settings.Id).Bind(app);
        return app;
    }
}
