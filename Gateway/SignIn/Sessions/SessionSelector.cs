namespace AppProxy.Gateway.SignIn.Sessions;

/// <summary>Which sessions: one by its id, those of the provider's session, or all of a person.</summary>
internal readonly record struct SessionSelector(Guid? Id, string? Subject, string? ProviderSessionId)
{
    public static SessionSelector One(Guid id) => new(id, null, null);

    public static SessionSelector AllOf(string subject) => new(null, subject, null);

    public static SessionSelector OfProvider(string? subject, string providerSessionId) => new(null, subject, providerSessionId);

    public bool Matches(Guid id, string subject, string? providerSessionId) =>
        (Id is null || Id == id)
        && (Subject is null || Subject == subject)
        && (ProviderSessionId is null || ProviderSessionId == providerSessionId);
}
