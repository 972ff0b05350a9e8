namespace AppProxy.Gateway.SignIn.Bearer;

/// <summary>What came of an access token.</summary>
/// <param name="Caller">Who it is; null when it is not good here and now.</param>
/// <param name="Fault">Why it is not, in words that repeat nothing of it.</param>
/// <param name="IsOurs">Whether it names our provider and us: then nobody else gets it, good or not. By its own word, as long as it is not good.</param>
/// <param name="IsUndecided">Whether the provider could not be asked for its keys.</param>
internal readonly record struct BearerCheck(BearerCaller? Caller, string? Fault, bool IsOurs, bool IsUndecided);
