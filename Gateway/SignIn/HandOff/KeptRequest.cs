namespace AppProxy.Gateway.SignIn.HandOff;

/// <summary>A form that was sent with a session that had expired, to be sent again by the same person when they have signed in.</summary>
/// <param name="Subject">Whose session it was.</param>
/// <param name="Target">Path and query on that host.</param>
/// <param name="Body">The form as it was sent, <c>application/x-www-form-urlencoded</c>.</param>
internal sealed record KeptRequest(Guid Id, string Subject, string Host, string Target, string Body, DateTimeOffset ExpiresAt);
