namespace AppProxy.Gateway.Catalogue;

/// <summary>The app is out of order on purpose: everybody is told so, and nothing is relayed.</summary>
/// <param name="Message">What people read.</param>
/// <param name="RetryAfterInSeconds">For Retry-After.</param>
internal sealed record MaintenanceNotice(string Message, int RetryAfterInSeconds);
