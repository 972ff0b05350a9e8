namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>What Graph has no name for. Durations are written <c>hh:mm:ss</c>.</summary>
internal sealed class RelayDocument
{
    public string? WaitForConnector { get; set; }

    public string? ApplicationServerTimeout { get; set; }

    public string? IdleTimeout { get; set; }

    public string? TotalTimeout { get; set; }

    public int? MaxWaitingRequests { get; set; }

    public ReplayableDocument? Replayable { get; set; }

    public bool? IsConnectionAuthenticationEnabled { get; set; }

    public bool? IsAccessRequestEnabled { get; set; }

    public List<FieldRuleDocument>? RequestHeaders { get; set; }

    public List<FieldRuleDocument>? ResponseHeaders { get; set; }

    public HstsDocument? Hsts { get; set; }

    public MaintenanceDocument? Maintenance { get; set; }

    public string? RobotsTxt { get; set; }

    public List<ErrorPageDocument>? ErrorPages { get; set; }

    public LinkTranslationDocument? LinkTranslation { get; set; }

    public BackEndDocument? BackEnd { get; set; }
}
