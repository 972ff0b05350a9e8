namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Checks an application's <c>relay</c>.</summary>
internal static class RelayReader
{
    private const int MostWaitingRequests = 100_000;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ShortestLife = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(1);

    public static RelaySettings Read(RelayDocument? relay, string path, Findings findings)
    {
        var defaults = new RelaySettings();
        if (relay is null)
        {
            return defaults;
        }

        var waiting = relay.MaxWaitingRequests ?? defaults.MaxWaitingRequests;
        if (waiting is < 1 or > MostWaitingRequests)
        {
            findings.Problem(path + ".maxWaitingRequests", $"must be between 1 and {MostWaitingRequests}");
        }

        return new RelaySettings
        {
            WaitForConnector = Durations.Read(relay.WaitForConnector, TimeSpan.Zero, LongestWait, path + ".waitForConnector", findings) ?? defaults.WaitForConnector,
            ApplicationServerTimeout = Durations.Read(relay.ApplicationServerTimeout, ShortestLife, LongestLife, path + ".applicationServerTimeout", findings),
            IdleTimeout = Durations.Read(relay.IdleTimeout, ShortestLife, LongestLife, path + ".idleTimeout", findings) ?? defaults.IdleTimeout,
            TotalTimeout = Durations.Read(relay.TotalTimeout, ShortestLife, LongestLife, path + ".totalTimeout", findings),
            MaxWaitingRequests = waiting,
            Replayable = ReadReplayable(relay.Replayable ?? new ReplayableDocument()),
            IsConnectionAuthenticationEnabled = relay.IsConnectionAuthenticationEnabled ?? defaults.IsConnectionAuthenticationEnabled,
            IsAccessRequestEnabled = relay.IsAccessRequestEnabled ?? defaults.IsAccessRequestEnabled,
            RequestHeaders = FieldRulesReader.Read(relay.RequestHeaders, path + ".requestHeaders", findings),
            ResponseHeaders = FieldRulesReader.Read(relay.ResponseHeaders, path + ".responseHeaders", findings),
            Hsts = AnswersReader.ReadHsts(relay.Hsts, path + ".hsts", findings),
            Maintenance = AnswersReader.ReadMaintenance(relay.Maintenance, path + ".maintenance", findings),
            RobotsTxt = AnswersReader.ReadRobots(relay.RobotsTxt, path + ".robotsTxt", findings),
            ErrorPages = AnswersReader.ReadErrorPages(relay.ErrorPages, path + ".errorPages", findings),
            LinkTranslation = ReadLinkTranslation(relay.LinkTranslation ?? new LinkTranslationDocument()),
            BackEnd = BackEndReader.Read(relay.BackEnd, path + ".backEnd", findings),
        };
    }

    private static ReplayableMethods ReadReplayable(ReplayableDocument replayable)
        => (replayable.Get ?? true ? ReplayableMethods.Get : ReplayableMethods.None)
            | (replayable.Put ?? false ? ReplayableMethods.Put : ReplayableMethods.None)
            | (replayable.Delete ?? false ? ReplayableMethods.Delete : ReplayableMethods.None);

    private static LinkTranslation ReadLinkTranslation(LinkTranslationDocument kinds)
        => If(kinds.InlineScripts, LinkTranslation.InlineScripts) | If(kinds.JavaScript, LinkTranslation.JavaScript) | If(kinds.Json, LinkTranslation.Json)
            | If(kinds.EventStreams, LinkTranslation.EventStreams) | If(kinds.Xml, LinkTranslation.Xml);

    private static LinkTranslation If(bool? isWanted, LinkTranslation kind) => isWanted is true ? kind : LinkTranslation.None;
}
