using AppProxy.Gateway.Access;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.SignIn.Sessions;

namespace AppProxy.Gateway.Portal;

/// <summary>The apps that a person may open from where they are, if need be after a stronger sign-in.</summary>
internal sealed class AppList(CatalogueStore catalogue, Authorization authorization)
{
    /// <summary>Those that lists show, by name.</summary>
    public IReadOnlyList<PortalApp> Of(Session session, System.Net.IPAddress? address) =>
    [
        .. authorization.Foresee(session, address)
            .Where(static found => MayOpen(found.Outcome) && !found.App.Presentation.IsHidden)
            .Select(static found => PortalApp.Of(found.App)).OfType<PortalApp>()
            .OrderBy(static app => app.Name, StringComparer.OrdinalIgnoreCase).ThenBy(static app => app.App.Id, StringComparer.Ordinal),
    ];

    /// <summary>One app, hidden or not; null where they may not open it.</summary>
    public PortalApp? Find(string id, Session session, System.Net.IPAddress? address) =>
        catalogue.Current.TryGet(id, out var app) && (app.ExternalAuthenticationType == ExternalAuthenticationType.Passthru || MayOpen(authorization.Decide(app, session, address).Outcome))
            ? PortalApp.Of(app)
            : null;

    private static bool MayOpen(AccessOutcome outcome) => outcome is AccessOutcome.Granted or AccessOutcome.StepUp;
}
