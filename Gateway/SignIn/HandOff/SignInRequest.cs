using AppProxy.Gateway.SignIn.Sessions;

namespace AppProxy.Gateway.SignIn.HandOff;

/// <summary>What an app's host asks of the gateway's own; sealed, so that nobody else asks.</summary>
/// <param name="Origin">Of the app's host, as the browser has it.</param>
/// <param name="AppId">For logs and pages.</param>
/// <param name="PendingId">Which of the browser's pending sign-ins it is.</param>
/// <param name="Binding">Hash of its secret.</param>
/// <param name="StepUp">What is asked beyond a session; null where any will do.</param>
internal sealed record SignInRequest(string Origin, string AppId, string PendingId, string Binding, StepUp? StepUp, long ExpiresAt);

/// <summary>A stronger or newer sign-in than the session has.</summary>
/// <param name="AuthenticationContext">For <c>acr_values</c>.</param>
/// <param name="NotBefore">Milliseconds since 1970: a sign-in before this is too old.</param>
internal sealed record StepUp(string? AuthenticationContext, bool NeedsTwoSteps, long? NotBefore)
{
    public bool IsMetBy(Session session) =>
        (!NeedsTwoSteps || TwoSteps.Are(session.User)) && (NotBefore is not { } notBefore || session.AuthenticatedAt.ToUnixTimeMilliseconds() >= notBefore);
}
