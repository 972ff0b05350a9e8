using AppProxy.Connector.Assertions;
using AppProxy.Connector.Destinations;
using AppProxy.Connector.Enrollment;
using AppProxy.Connector.Execution;
using AppProxy.Connector.Tls;
using AppProxy.Contracts.Identity;
using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Contracts.Transport.ServiceBus;
using Microsoft.Extensions.Options;

namespace AppProxy.Connector.Settings;

/// <summary>Checks the whole configuration and names every mistake at once.</summary>
internal sealed class ConnectorOptionsValidator(TimeProvider time) : IValidateOptions<ConnectorOptions>
{
    private static readonly TimeSpan LongestStop = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestIdle = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, ConnectorOptions options)
    {
        var mistakes = new List<string>();
        if (string.IsNullOrWhiteSpace(options.Group))
        {
            mistakes.Add("Connector:Group is empty: name the connector group whose requests this connector pulls.");
        }

        CheckBroker(options, mistakes);
        CheckGatewayKey(options, mistakes);
        CheckRange("Connector:Slots", options.Slots, 1, 100_000, mistakes);
        CheckRange("Connector:MaxStreams", options.MaxStreams, 1, 1_000_000, mistakes);
        if (options.StopTimeout < TimeSpan.Zero || options.StopTimeout > LongestStop)
        {
            mistakes.Add($"Connector:StopTimeout is {options.StopTimeout}: give a time from 00:00:00 to {LongestStop}.");
        }

        if (options.UsesKey && options.Apps.Count == 0)
        {
            mistakes.Add("Connector:Apps is empty: give at least one, as Connector:Apps:<id>:InternalUrl. Only a connector that is enrolled gets its apps from the gateway.");
        }

        DestinationRules.Check(options, mistakes);
        foreach (var (id, app) in options.Apps)
        {
            CheckApp(id, app, mayLackUrl: !options.UsesKey, mistakes);
        }

        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private void CheckApp(string id, AppTargetOptions app, bool mayLackUrl, List<string> mistakes)
    {
        // A star stands for labels that requests name; without a URL it is the gateway's to say.
        var text = app.InternalUrl.Length == 0 && mayLackUrl ? "https://app.invalid/" : app.InternalUrl.Replace(AppHosts.Star, "//app.", StringComparison.Ordinal);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
            || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            mistakes.Add($"Connector:Apps:{id}:InternalUrl is '{app.InternalUrl}': give an absolute http or https URL without query and fragment.");
        }
        else
        {
            // Read once more when the app's clients are made: here it is for the mistakes.
            _ = AppTlsReader.Read(id, app, url, time.GetUtcNow(), mistakes);
        }

        if (app.HttpVersion is not (null or "1.1" or "2"))
        {
            mistakes.Add($"Connector:Apps:{id}:HttpVersion is '{app.HttpVersion}': give 1.1 or 2, or leave it out.");
        }

        CheckRange($"Connector:Apps:{id}:MaxConnections", app.MaxConnections, 0, 65_535, mistakes);
        CheckRange($"Connector:Apps:{id}:MaxResponseHeadLength", app.MaxResponseHeadLength, 1024, 1024 * 1024, mistakes);
        if (app.ConnectionIdleTimeout < TimeSpan.FromSeconds(1) || app.ConnectionIdleTimeout > LongestIdle)
        {
            mistakes.Add($"Connector:Apps:{id}:ConnectionIdleTimeout is {app.ConnectionIdleTimeout}: give a time from 00:00:01 to {LongestIdle}.");
        }
    }

    private static void CheckGatewayKey(ConnectorOptions options, List<string> mistakes)
    {
        if (options.GatewayKey is not { } pin)
        {
            return;
        }

        if (!options.UsesKey)
        {
            mistakes.Add("Connector:GatewayKey is for connectors that are not enrolled: this one has the gateway's key in its identity. Leave it out.");
            return;
        }

        if (!PublicKeys.IsThumbprint(pin))
        {
            mistakes.Add($"Connector:GatewayKey is '{pin}': give the thumbprint of the gateway's key, 43 letters and digits ('keys list' at the gateway).");
        }

        try
        {
            if (GatewayPin.AddressOf(options) is null)
            {
                mistakes.Add("Connector:GatewayKey needs Connector:Gateway too, the gateway's own address, where its keys are told: the broker's is another.");
            }
        }
        catch (EnrollmentException mistake)
        {
            mistakes.Add($"Connector:Gateway: {mistake.Message}");
        }
    }

    private static void CheckBroker(ConnectorOptions options, List<string> mistakes)
    {
        var broker = options.Broker;
        if (!options.UsesKey)
        {
            if (broker.Url is not null && !IsBrokerUrl(broker.Url))
            {
                mistakes.Add($"Connector:Broker:Url is '{broker.Url}': give amqp://, amqps://, ws:// or wss:// and the gateway's address, or leave it out.");
            }

            if (!File.Exists(options.Identity))
            {
                mistakes.Add($"Connector:Identity names {Path.GetFullPath(options.Identity)}, which is not there: this connector is not enrolled. Run 'enroll' with a token that the gateway's operator made (connectors token), or give Connector:Gateway and Connector:Enrollment:Token, or a key: Connector:Broker:KeyName and Connector:Broker:Key.");
            }

            return;
        }

        if (broker.ConnectionString is not null)
        {
            if (broker.Url is not null)
            {
                mistakes.Add("Connector:Broker has both Url and ConnectionString: give one of them.");
            }

            if (!ServiceBusConnectionString.TryParse(broker.ConnectionString, out _, out var faults))
            {
                mistakes.AddRange(faults.Select(static fault => $"Connector:Broker:ConnectionString: {fault}"));
            }

            if (!GroupSecret.TryParse(broker.SealingKey, out _))
            {
                mistakes.Add("Connector:Broker:SealingKey is " + (broker.SealingKey is null ? "missing" : "none") + ": a namespace is not to read what crosses it, so give the group's key as the gateway has it (Gateway:ServiceBusRules:<group>:SealingKey), or enrol this connector, which then gets its keys from the gateway.");
            }

            if (broker.OtherSealingKey is not null && !GroupSecret.TryParse(broker.OtherSealingKey, out _))
            {
                mistakes.Add("Connector:Broker:OtherSealingKey is none: give the key that the gateway has, or leave it out.");
            }

            return;
        }

        if (!IsBrokerUrl(broker.Url))
        {
            mistakes.Add($"Connector:Broker:Url is '{broker.Url}': give amqp://, amqps://, ws:// or wss:// and the gateway's address, or a ConnectionString.");
        }

        if (string.IsNullOrEmpty(broker.KeyName) || string.IsNullOrEmpty(broker.Key))
        {
            mistakes.Add("Connector:Broker:KeyName and Connector:Broker:Key are needed: the shared access rule that the gateway made for this group.");
        }
    }

    private static bool IsBrokerUrl(string? text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "amqp" or "amqps" or "ws" or "wss";

    private static void CheckRange(string key, int value, int least, int most, List<string> mistakes)
    {
        if (value < least || value > most)
        {
            mistakes.Add($"{key} is {value}: give a number from {least} to {most}.");
        }
    }
}
