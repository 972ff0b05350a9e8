namespace AppProxy.Gateway.SignIn.Bearer;

/// <summary>What was found out about an access token.</summary>
/// <param name="Caller">Whom it lets in; null where it is refused.</param>
/// <param name="Fault">Why it is.</param>
/// <param name="Until">How long that is kept; over already where it must be looked at again.</param>
internal sealed record CheckedToken(BearerCaller? Caller, string? Fault, DateTimeOffset Until)
{
    /// <summary>Whether it names our provider.</summary>
    public bool IsOfProvider { get; init; }

    /// <summary>As it says itself; of one that is refused nobody has vouched for them.</summary>
    public string[] Audiences { get; init; } = [];

    public bool IsUndecided { get; init; }
}
