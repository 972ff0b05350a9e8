namespace AppProxy.Gateway.Connectors.Roster;

/// <summary>A one-time token, as it is kept: enough to recognise it, not to make it.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Verifier">SHA-256 of its secret, in base64.</param>
/// <param name="Group">The group of who enrols with it.</param>
/// <param name="ExpiresAt">When it is over.</param>
/// <param name="UsesLeft">How many connectors may still enrol with it.</param>
internal sealed record EnrollmentTokenRecord(string Id, string Verifier, string Group, DateTimeOffset ExpiresAt, int UsesLeft);
