using System.Text;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Checks what the gateway answers in an app's place: transport security, maintenance, robots.txt and error pages.</summary>
internal static class AnswersReader
{
    private const int LongestPage = 64 * 1024;
    private const int LongestMessage = 2000;
    private const int LongestRetryAfter = 30 * 24 * 60 * 60;
    private const int SecondsOfYear = 365 * 24 * 60 * 60;

    public static HstsPolicy? ReadHsts(HstsDocument? hsts, string path, Findings findings)
    {
        if (hsts is null)
        {
            return null;
        }

        var policy = new HstsPolicy(hsts.MaxAgeInSeconds ?? 0, hsts.IncludeSubDomains ?? false, hsts.Preload ?? false);
        if (hsts.MaxAgeInSeconds is null or < 0)
        {
            findings.Problem(path + ".maxAgeInSeconds", hsts.MaxAgeInSeconds is null ? $"is missing: give seconds, such as {SecondsOfYear} for a year" : "must not be negative; 0 makes browsers forget");
        }
        else if (policy.Preload && (!policy.IncludeSubDomains || policy.MaxAgeInSeconds < SecondsOfYear))
        {
            findings.Problem(path + ".preload", $"is taken by browsers only with includeSubDomains and a maxAgeInSeconds of {SecondsOfYear} or more");
        }

        return policy;
    }

    public static MaintenanceNotice? ReadMaintenance(MaintenanceDocument? maintenance, string path, Findings findings)
    {
        if (maintenance is null)
        {
            return null;
        }

        var message = maintenance.Message ?? "Maintenance is under way. Please try again later.";
        var retryAfter = maintenance.RetryAfterInSeconds ?? 600;
        if (message.Length is 0 or > LongestMessage)
        {
            findings.Problem(path + ".message", $"must have between 1 and {LongestMessage} characters");
        }

        if (retryAfter is < 1 or > LongestRetryAfter)
        {
            findings.Problem(path + ".retryAfterInSeconds", $"must be between 1 and {LongestRetryAfter}");
        }

        return maintenance.IsEnabled ?? true ? new MaintenanceNotice(message, retryAfter) : null;
    }

    public static string? ReadRobots(string? text, string path, Findings findings)
    {
        if (text is not null && Encoding.UTF8.GetByteCount(text) > LongestPage)
        {
            findings.Problem(path, $"must not be longer than {LongestPage} octets");
        }

        return text;
    }

    public static EquatableList<ErrorPage> ReadErrorPages(List<ErrorPageDocument>? documents, string path, Findings findings)
    {
        var pages = new List<ErrorPage>();
        for (var i = 0; i < (documents?.Count ?? 0); i++)
        {
            var place = $"{path}[{i}]";
            if (documents![i] is not { } document)
            {
                findings.Problem(place, "must be an object, { … }");
                continue;
            }

            if (document.Status is < 400 or > 599)
            {
                findings.Problem(place + ".status", "must be between 400 and 599, or left out for all others");
            }
            else if (pages.Exists(page => page.Status == document.Status))
            {
                findings.Problem(place + ".status", "has a page already: keep one");
            }

            if (string.IsNullOrWhiteSpace(document.Html) || Encoding.UTF8.GetByteCount(document.Html) > LongestPage)
            {
                findings.Problem(place + ".html", string.IsNullOrWhiteSpace(document.Html) ? "is missing: give the page" : $"must not be longer than {LongestPage} octets");
            }

            pages.Add(new ErrorPage(document.Status, document.Html ?? ""));
        }

        return pages.Count == 0 ? EquatableList<ErrorPage>.Empty : new EquatableList<ErrorPage>(pages);
    }

    /// <summary>What can only be said of some URLs.</summary>
    public static void Check(RelaySettings relay, AppUrl externalUrl, string path, Findings findings)
    {
        if (relay.Hsts is not null && externalUrl.Scheme != Uri.UriSchemeHttps)
        {
            findings.Problem(path + ".hsts", $"is without effect by http (RFC 6797 section 7.2): publish '{externalUrl}' by https, or leave it out");
        }

        if (relay.RobotsTxt is not null && externalUrl.Path != "/")
        {
            findings.Problem(path + ".robotsTxt", $"is asked for at a host's root, and '{externalUrl}' has only a path of it");
        }
    }
}
