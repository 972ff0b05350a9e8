using System.Globalization;
using System.Net;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Relay;

namespace AppProxy.Gateway.Publishing;

/// <summary>What to do about an answer that is not the app's, by the gateway's word for it.</summary>
internal static class FailureAdvice
{
    /// <summary>Where the connector's own operator says nothing else under Connector:Apps.</summary>
    public const string TlsAdvice = "Mend the app's certificate; or name in relay.backEnd its authority (trustedCertificateAuthorities), its key (pinnedPublicKeys) or the name in it (serverName).";

    public static TestStep ToStep(string step, string token, HttpStatusCode status, PublishedApp app)
    {
        var text = FailureMap.All.FirstOrDefault(failure => failure.Token == token)?.Text ?? "The gateway answers in the app's place.";
        var said = string.Create(CultureInfo.InvariantCulture, $"{text} ({(int)status}, {token})");
        return token == "maintenance"
            ? TestStep.Warn(step, said, "The app is under maintenance (relay.maintenance), so it was not asked.")
            : TestStep.Fail(step, said, AdviceFor(token, app));
    }

    private static string AdviceFor(string token, PublishedApp app) => token switch
    {
        "not-published" => $"The gateway that answers does not have this app: see that it uses this store or apps file, and look into its log for a catalogue that is not served.",
        "no-connector" or "line-full" => $"Start a connector of group '{app.ConnectorGroup}', or one more: connectors list tells which are there.",
        "app-unknown" => $"The connector that took the request does not have this app's settings: see its log if it enrolled; one with a key needs Connector:Apps:{app.TargetId}:InternalUrl.",
        "app-unreachable" => $"From the connector's machine: is {app.InternalUrl} the right name and port, does the app run, does a firewall stand between them?",
        "app-tls-failed" => "The connector's log says which check failed (2303, 2304). " + TlsAdvice,
        "app-timeout" => string.Create(CultureInfo.InvariantCulture, $"The app takes longer than {app.ApplicationServerTimeout.TotalSeconds:0} s: make it faster, or set applicationServerTimeout to long, or a time in relay."),
        "app-response-invalid" or "app-aborted" => $"Ask the app for {app.InternalUrl} on its own network: it may want https in place of http, or the other way around.",
        _ => "Gateway/Diagnostics/README.md tells what to look at for each of these words.",
    };
}
