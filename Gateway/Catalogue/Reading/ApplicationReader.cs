using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Checks one application and completes it with the defaults of Entra application proxy, and of ours for <c>relay</c>.</summary>
internal sealed partial class ApplicationReader
{
    private readonly ImmutableArray<ConnectorGroup> _groups;
    private readonly HashSet<string> _ownHosts;
    private readonly long _version;
    private readonly Findings _findings;

    public ApplicationReader(ImmutableArray<ConnectorGroup> groups, IEnumerable<string> ownHosts, long version, Findings findings)
    {
        _groups = groups;
        _ownHosts = new HashSet<string>(ownHosts.Select(host => Authority.Trim(host).ToString()), StringComparer.OrdinalIgnoreCase);
        _version = version;
        _findings = findings;
    }

    /// <summary>The app, or null when something it cannot be without is wrong.</summary>
    public PublishedApp? Read(ApplicationDocument document, string path)
    {
        CheckText(document.DisplayName, path + ".displayName");
        CheckId(document.Id, path + ".id");
        var group = ReadGroup(document.ConnectorGroup, path + ".connectorGroup");
        var relay = RelayReader.Read(document.Relay, path + ".relay", _findings);

        var publishing = document.OnPremisesPublishing;
        path += ".onPremisesPublishing";
        if (publishing is null)
        {
            _findings.Problem(path, "is missing: give at least externalUrl, internalUrl and externalAuthenticationType");
            return null;
        }

        NotServedYet.Report(publishing, path, _findings);
        var external = ReadExternalUrl(publishing.ExternalUrl, path + ".externalUrl");
        var @internal = UrlRules.Read(publishing.InternalUrl, path + ".internalUrl", _findings);
        var authentication = ReadAuthentication(publishing.ExternalAuthenticationType, path + ".externalAuthenticationType");
        var timeout = ReadServerTimeout(publishing.ApplicationServerTimeout, path + ".applicationServerTimeout");
        if (external is null || @internal is null)
        {
            return null;
        }

        return new PublishedApp
        {
            Id = document.Id ?? MakeId(external),
            DisplayName = document.DisplayName ?? "",
            ConnectorGroup = group,
            ExternalAuthenticationType = authentication,
            ExternalUrl = external,
            ExternalHost = HostOf(external),
            ExternalPath = Uri.UnescapeDataString(external.AbsolutePath),
            InternalUrl = @internal,
            ApplicationServerTimeout = timeout,
            Relay = relay,
            IsTranslateHostHeaderEnabled = publishing.IsTranslateHostHeaderEnabled ?? true,
            IsBackendCertificateValidationEnabled = publishing.IsBackendCertificateValidationEnabled ?? true,
            SettingsVersion = _version,
        };
    }

    private static string HostOf(Uri url) => Authority.TryGetAscii(Authority.Trim(url.Host), out var ascii) ? ascii : url.IdnHost;

    /// <summary>The same URL gives the same id, so that it need not be written and still outlives a restart.</summary>
    private static string MakeId(Uri externalUrl)
        => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(externalUrl.AbsoluteUri)).AsSpan(0, 16)).ToString();

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}$")]
    private static partial Regex IdPattern();

    private void CheckText(string? value, string path)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            _findings.Problem(path, "is missing: give the name that people shall see");
        }
    }

    private void CheckId(string? id, string path)
    {
        if (id is not null && !IdPattern().IsMatch(id))
        {
            _findings.Problem(path, $"'{id}' must be 1 to 64 letters, digits, '-' or '_'");
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

    private Uri? ReadExternalUrl(string? value, string path)
    {
        var url = UrlRules.Read(value, path, _findings);
        if (url is null)
        {
            return null;
        }

        if (_ownHosts.Contains(HostOf(url)))
        {
            _findings.Problem(path, $"'{url.Host}' is the gateway's own host: give the app another one");
        }

        var decoded = Uri.UnescapeDataString(url.AbsolutePath);
        if (decoded.StartsWith("/.appproxy/", StringComparison.OrdinalIgnoreCase))
        {
            _findings.Problem(path, "the path /.appproxy/ belongs to the gateway on every host");
        }

        // A server may take an escaped slash for a slash or not: a prefix with one could not be matched surely.
        if (url.AbsolutePath.Contains("%2f", StringComparison.OrdinalIgnoreCase) || decoded.Contains('%', StringComparison.Ordinal) || decoded.Contains('\\', StringComparison.Ordinal))
        {
            _findings.Problem(path, "the path must not contain an escaped '/', a '%' or a '\\'");
        }

        return url;
    }

    private ExternalAuthenticationType ReadAuthentication(string? value, string path)
    {
        switch (value)
        {
            case "passthru":
                return ExternalAuthenticationType.Passthru;
            case null or "aadPreAuthentication":
                _findings.Problem(path, "sign-in (aadPreAuthentication, the default) does not exist yet in this version: "
                    + "set passthru, and only if the app may be open to everybody who reaches the gateway");
                break;
            default:
                _findings.Problem(path, NoSuchValue(value, "passthru", "aadPreAuthentication"));
                break;
        }

        return ExternalAuthenticationType.AadPreAuthentication;
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
