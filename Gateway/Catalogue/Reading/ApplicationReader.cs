using System.Collections.Immutable;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Checks one application and completes it with the defaults of Entra application proxy, and of ours for <c>relay</c>.</summary>
internal sealed class ApplicationReader
{
    private readonly ImmutableArray<ConnectorGroup> _groups;
    private readonly ExternalUrlReader _externalUrls;
    private readonly bool _canSignIn;
    private readonly Findings _findings;
    private readonly Dictionary<string, string> _ids = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="canSignIn">Whether there is a provider to sign in with.</param>
    public ApplicationReader(ImmutableArray<ConnectorGroup> groups, IEnumerable<string> ownHosts, bool canSignIn, Findings findings)
    {
        _canSignIn = canSignIn;
        _groups = groups;
        _externalUrls = new ExternalUrlReader(ownHosts, findings);
        _findings = findings;
    }

    /// <summary>The app, or null when something it cannot be without is wrong. What two apps cannot both have goes to the first.</summary>
    /// <param name="path">Where the document is.</param>
    /// <param name="version">Of the app's settings.</param>
    public PublishedApp? Read(ApplicationDocument document, string path, long version)
    {
        var owner = $"'{document.DisplayName}' ({path})";
        var app = ReadApp(document, path, owner, version);
        if (app is not null && !_ids.TryAdd(app.Id, owner))
        {
            _findings.Problem(path + ".id", $"is the id of {_ids[app.Id]} too: leave it out, or give another one");
        }

        return app;
    }

    private PublishedApp? ReadApp(ApplicationDocument document, string path, string owner, long version)
    {
        CheckText(document.DisplayName, path + ".displayName");
        if (document.Id is { } id && !AppId.IsValid(id))
        {
            _findings.Problem(path + ".id", $"'{id}' must be {AppId.Rule}");
        }

        var group = ReadGroup(document.ConnectorGroup, path + ".connectorGroup");
        var assigned = AssignmentsReader.Read(document.AppRoleAssignedTo, path + ".appRoleAssignedTo", _findings);
        var presentation = PresentationReader.Read(document, path, _findings);
        var relayPath = path + ".relay";
        var relay = RelayReader.Read(document.Relay, relayPath, _findings);

        var publishing = document.OnPremisesPublishing;
        path += ".onPremisesPublishing";
        if (publishing is null)
        {
            _findings.Problem(path, "is missing: give at least externalUrl, internalUrl and externalAuthenticationType");
            return null;
        }

        NotServedYet.Report(publishing, path, _findings);
        var external = _externalUrls.Read(publishing.ExternalUrl, path + ".externalUrl");
        var @internal = UrlRules.Read(publishing.InternalUrl, path + ".internalUrl", _findings);
        var alternate = publishing.AlternateUrl is null ? null : _externalUrls.Read(publishing.AlternateUrl, path + ".alternateUrl");
        var authentication = ReadAuthentication(publishing.ExternalAuthenticationType, path + ".externalAuthenticationType");
        var timeout = ReadServerTimeout(publishing.ApplicationServerTimeout, path + ".applicationServerTimeout");
        if (external is null || @internal is null)
        {
            return null;
        }

        UrlRules.CheckWildcards(external, @internal, alternate, path, _findings);
        AnswersReader.Check(relay, external, relayPath, _findings);
        BackEndReader.Check(relay.BackEnd, @internal, publishing.IsBackendCertificateValidationEnabled ?? true, relayPath + ".backEnd", _findings);
        CheckTranslation(publishing, relay, path, relayPath);
        _externalUrls.Claim(external, owner, path + ".externalUrl");
        if (alternate is not null)
        {
            _externalUrls.Claim(alternate, owner, path + ".alternateUrl");
        }

        CheckCookies(publishing, authentication, external, path);
        var own = new ApplicationSegment("", external, @internal, alternate);
        var segments = SegmentsReader.Read(publishing, path, own, owner, _externalUrls, _findings, out var cors);
        return new PublishedApp
        {
            Id = document.Id ?? AppId.Make(external),
            DisplayName = document.DisplayName ?? "",
            Presentation = presentation,
            ConnectorGroup = group,
            ExternalAuthenticationType = authentication,
            ExternalUrl = external,
            InternalUrl = @internal,
            AlternateUrl = alternate,
            Segments = segments,
            CorsConfigurations = cors,
            IdentifierUris = new EquatableList<string>(document.IdentifierUris?.OfType<string>() ?? []),
            IsHttpOnlyCookieEnabled = publishing.IsHttpOnlyCookieEnabled ?? true,
            IsSecureCookieEnabled = publishing.IsSecureCookieEnabled ?? true,
            IsPersistentCookieEnabled = publishing.IsPersistentCookieEnabled ?? false,
            AppRoleAssignmentRequired = document.AppRoleAssignmentRequired ?? true,
            AppRoleAssignedTo = assigned,
            ApplicationServerTimeout = relay.ApplicationServerTimeout ?? timeout,
            Relay = relay,
            UseAlternateUrlForTranslationAndRedirect = publishing.UseAlternateUrlForTranslationAndRedirect ?? false,
            IsTranslateLinksInBodyEnabled = publishing.IsTranslateLinksInBodyEnabled ?? false,
            IsTranslateHostHeaderEnabled = publishing.IsTranslateHostHeaderEnabled ?? true,
            IsBackendCertificateValidationEnabled = publishing.IsBackendCertificateValidationEnabled ?? true,
            SettingsVersion = version,
        };
    }

    private void CheckTranslation(OnPremisesPublishingDocument publishing, RelaySettings relay, string path, string relayPath)
    {
        if (publishing.UseAlternateUrlForTranslationAndRedirect is true && publishing.AlternateUrl is null)
        {
            _findings.Problem(path + ".useAlternateUrlForTranslationAndRedirect", "needs an alternateUrl");
        }

        if (relay.LinkTranslation != LinkTranslation.None && publishing.IsTranslateLinksInBodyEnabled is not true)
        {
            _findings.Problem(relayPath + ".linkTranslation", "needs onPremisesPublishing.isTranslateLinksInBodyEnabled");
        }
    }

    private void CheckText(string? value, string path)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            _findings.Problem(path, "is missing: give the name that people shall see");
        }
    }

    private string ReadGroup(string? name, string path)
    {
        if (name is null)
        {
            var fallback = _groups.FirstOrDefault(group => group.IsDefault);
            if (fallback is null)
            {
                _findings.Problem(path, "is missing, and no group is the default: name one, or set isDefault on a group");
            }

            return fallback?.Name ?? "";
        }

        var known = _groups.FirstOrDefault(group => string.Equals(group.Name, name, StringComparison.OrdinalIgnoreCase));
        if (known is null)
        {
            _findings.Problem(path, $"'{name}' is no group of connectorGroups.{ClosestName.Suggest(name, _groups.Select(group => group.Name))}");
        }

        return known?.Name ?? "";
    }

    private ExternalAuthenticationType ReadAuthentication(string? value, string path)
    {
        switch (value)
        {
            case "passthru":
                return ExternalAuthenticationType.Passthru;
            case null or "aadPreAuthentication":
                if (!_canSignIn)
                {
                    _findings.Problem(path, "people shall sign in (aadPreAuthentication, the default), and there is nowhere to: set Gateway:SignIn:Authority, "
                        + "or passthru if the app may be open to everybody who reaches the gateway");
                }

                break;
            default:
                _findings.Problem(path, NoSuchValue(value, "passthru", "aadPreAuthentication"));
                break;
        }

        return ExternalAuthenticationType.AadPreAuthentication;
    }

    /// <summary>A session's cookie in the open is everybody's on the way.</summary>
    private void CheckCookies(OnPremisesPublishingDocument publishing, ExternalAuthenticationType authentication, AppUrl external, string path)
    {
        if (authentication == ExternalAuthenticationType.AadPreAuthentication && external.Scheme != Uri.UriSchemeHttps && !LoopbackHost.IsLoopback(external.Host))
        {
            _findings.Problem(path + ".externalUrl", $"'{publishing.ExternalUrl}' must be https: people sign in there");
        }
    }

    private TimeSpan ReadServerTimeout(string? value, string path)
    {
        if (value is not (null or "default" or "long"))
        {
            _findings.Problem(path, NoSuchValue(value, "default", "long"));
        }

        return TimeSpan.FromSeconds(value == "long" ? 180 : 85);
    }

    private static string NoSuchValue(string value, params string[] values)
        => $"'{value}' must be {string.Join(" or ", values)}.{ClosestName.Suggest(value, values)}";
}
