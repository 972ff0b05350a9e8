namespace AppProxy.Gateway.Catalogue;

/// <summary>What Microsoft Graph has no name for: how the relay treats the app's requests.</summary>
internal sealed record RelaySettings
{
    /// <summary>How long a request may wait for a connector; zero does not wait.</summary>
    public TimeSpan WaitForConnector { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the app may take to begin its answer, in place of Graph's two values; null leaves it to them.</summary>
    public TimeSpan? ApplicationServerTimeout { get; init; }

    /// <summary>Longest silence of an exchange, both ways.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest life of an exchange; null sets none.</summary>
    public TimeSpan? TotalTimeout { get; init; }

    /// <summary>Length of the app's line; a request that finds it full is refused.</summary>
    public int MaxWaitingRequests { get; init; } = 1000;

    public ReplayableMethods Replayable { get; init; } = ReplayableMethods.Get;

    /// <summary>
    /// Whether clients may authenticate their connection to the app by NTLM or Negotiate; without it the app's challenges of these schemes are taken out.
    /// </summary>
    public bool IsConnectionAuthenticationEnabled { get; init; } = true;

    /// <summary>Whether people who are not assigned may ask for it.</summary>
    public bool IsAccessRequestEnabled { get; init; } = true;

    /// <summary>For what the app gets, after everything else was done to it.</summary>
    public EquatableList<FieldRule> RequestHeaders { get; init; } = EquatableList<FieldRule>.Empty;

    /// <summary>For what its clients get, after everything else was done to it.</summary>
    public EquatableList<FieldRule> ResponseHeaders { get; init; } = EquatableList<FieldRule>.Empty;

    public HstsPolicy? Hsts { get; init; }

    /// <summary>Null when the app is in order.</summary>
    public MaintenanceNotice? Maintenance { get; init; }

    /// <summary>What is answered for <c>/robots.txt</c>; null leaves it to the app.</summary>
    public string? RobotsTxt { get; init; }

    public EquatableList<ErrorPage> ErrorPages { get; init; } = EquatableList<ErrorPage>.Empty;

    public LinkTranslation LinkTranslation { get; init; }

    public BackEndSettings BackEnd { get; init; } = new();
}
