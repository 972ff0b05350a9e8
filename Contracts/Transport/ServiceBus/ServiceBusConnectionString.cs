using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Tokens;

namespace AppProxy.Contracts.Transport.ServiceBus;

/// <summary>
/// A connection string as the Azure portal gives it, and as the embedded broker takes it:
/// <c>Endpoint=sb://host[:port]/;SharedAccessKeyName=…;SharedAccessKey=…[;EntityPath=…][;UseDevelopmentEmulator=true]</c>,
/// or <c>SharedAccessSignature=…</c> in place of name and key, or <c>Authentication=ManagedIdentity</c> in place of all of them: the identity that the
/// machine or the workload has in Microsoft Entra ID.
/// </summary>
public sealed class ServiceBusConnectionString
{
    // Limits of Azure Service Bus: of rules and their keys, and of the path of an entity.
    private const int MaxNameLength = 256;
    private const int MaxPathLength = 260;

    private static readonly string[] Keys =
    [
        "Endpoint", "SharedAccessKeyName", "SharedAccessKey", "SharedAccessSignature", "EntityPath", "UseDevelopmentEmulator", "Authentication",
    ];

    private ServiceBusConnectionString(
        Uri endpoint, string? keyName, string? key, string? signature, string? entityPath, bool usesDevelopmentEmulator, bool usesWorkloadIdentity)
    {
        Endpoint = endpoint;
        SharedAccessKeyName = keyName;
        SharedAccessKey = key;
        SharedAccessSignature = signature;
        EntityPath = entityPath;
        UsesDevelopmentEmulator = usesDevelopmentEmulator;
        UsesWorkloadIdentity = usesWorkloadIdentity;
    }

    /// <summary>The namespace, as <c>sb://host[:port]/</c>; the port is -1 where none is given.</summary>
    public Uri Endpoint { get; }

    /// <summary>Name of the rule that signs; null with a signature.</summary>
    public string? SharedAccessKeyName { get; }

    /// <summary>Key of the rule. Secret: never logged.</summary>
    public string? SharedAccessKey { get; }

    /// <summary>A signature made by somebody who has the key. Secret: never logged.</summary>
    public string? SharedAccessSignature { get; }

    /// <summary>The only entity that the credentials are for, if so said.</summary>
    public string? EntityPath { get; }

    /// <summary>Plain TCP: an emulator, or the embedded broker, on this machine.</summary>
    public bool UsesDevelopmentEmulator { get; }

    /// <summary>Whether who connects is known by an identity in Microsoft Entra ID, and has no key.</summary>
    public bool UsesWorkloadIdentity { get; }

    /// <summary>Reads a connection string.</summary>
    /// <exception cref="FormatException">It is wrong; the message names every mistake, and no secret.</exception>
    public static ServiceBusConnectionString Parse(string text) =>
        TryParse(text, out var connectionString, out var mistakes)
            ? connectionString
            : throw new FormatException("The Service Bus connection string is wrong: " + string.Join(" ", mistakes));

    /// <summary>Reads a connection string; when it cannot, <paramref name="mistakes"/> names everything that is wrong, and no secret.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ServiceBusConnectionString? connectionString, out IReadOnlyList<string> mistakes)
    {
        ArgumentNullException.ThrowIfNull(text);
        var found = new List<string>();
        var values = Split(text, found);

        var endpoint = ReadEndpoint(values.GetValueOrDefault("Endpoint"), found);
        var isWorkloadIdentity = values.TryGetValue("Authentication", out var authentication);
        if (isWorkloadIdentity)
        {
            ReadAuthentication(authentication!, values, found);
        }
        else
        {
            ReadCredentials(values, found);
        }

        var entityPath = values.GetValueOrDefault("EntityPath");
        if (entityPath is { Length: 0 or > MaxPathLength })
        {
            found.Add(string.Create(CultureInfo.InvariantCulture, $"EntityPath must have 1 to {MaxPathLength} characters."));
        }

        var emulator = false;
        if (values.TryGetValue("UseDevelopmentEmulator", out var flag) && !bool.TryParse(flag, out emulator))
        {
            found.Add("UseDevelopmentEmulator must be true or false.");
        }

        mistakes = found;
        connectionString = found.Count == 0
            ? new ServiceBusConnectionString(
                endpoint!,
                values.GetValueOrDefault("SharedAccessKeyName"),
                values.GetValueOrDefault("SharedAccessKey"),
                values.GetValueOrDefault("SharedAccessSignature"),
                entityPath,
                emulator,
                isWorkloadIdentity)
            : null;
        return connectionString is not null;
    }

    /// <summary>What a transport needs to connect with this string: TLS on port 5671, or plain TCP on 5672 with the emulator's flag, unless a port is given.</summary>
    public AmqpTransportOptions ToTransportOptions(TimeProvider time) => new()
    {
        Endpoint = new UriBuilder(UsesDevelopmentEmulator ? "amqp" : "amqps", Endpoint.Host, Endpoint.Port).Uri,
        TokenProvider = UsesWorkloadIdentity ? WorkloadIdentityTokenProvider.Create()
            : SharedAccessSignature is { } signature ? new FixedTokenProvider(signature)
            : new SharedAccessKeyTokenProvider(SharedAccessKeyName!, SharedAccessKey!, time),
        Time = time,
    };

    /// <summary>The endpoint only: secrets stay out of logs.</summary>
    public override string ToString() => Endpoint.ToString();

    // Messages give the place of a part instead of its text, which may be a piece of a key.
    private static Dictionary<string, string> Split(string text, List<string> mistakes)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var number = 0;
        foreach (var range in text.AsSpan().Split(';'))
        {
            number++;
            var part = text.AsSpan()[range].Trim();
            if (part.IsEmpty)
            {
                continue;
            }

            var equals = part.IndexOf('=');
            if (equals < 0)
            {
                mistakes.Add(string.Create(CultureInfo.InvariantCulture, $"Part {number} has no '='."));
                continue;
            }

            var name = part[..equals].Trim().ToString();
            var key = Array.Find(Keys, key => key.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (key is null)
            {
                mistakes.Add(string.Create(CultureInfo.InvariantCulture, $"Part {number} is none of {string.Join(", ", Keys)}."));
            }
            else if (!values.TryAdd(key, part[(equals + 1)..].Trim().ToString()))
            {
                mistakes.Add($"{key} is there twice.");
            }
        }

        return values;
    }

    private static Uri? ReadEndpoint(string? text, List<string> mistakes)
    {
        if (string.IsNullOrEmpty(text))
        {
            mistakes.Add("Endpoint is missing.");
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var endpoint) || endpoint.Host.Length == 0)
        {
            mistakes.Add("Endpoint must be a URI like sb://name.servicebus.windows.net/.");
            return null;
        }

        if (endpoint.Scheme != "sb")
        {
            mistakes.Add("Endpoint must begin with sb://.");
        }

        if (endpoint.UserInfo.Length > 0)
        {
            mistakes.Add("Endpoint must not hold a user or a password.");
        }

        if (endpoint.PathAndQuery.Length > 1 || endpoint.Fragment.Length > 0)
        {
            mistakes.Add("Endpoint must not have a path; a queue is named by EntityPath.");
        }

        if (endpoint.Port == 0)
        {
            mistakes.Add("Endpoint must not have port 0.");
        }

        return endpoint;
    }

    private static void ReadAuthentication(string authentication, Dictionary<string, string> values, List<string> mistakes)
    {
        // As the portal and older clients of Azure's write it.
        if (!authentication.Replace(" ", "", StringComparison.Ordinal).Equals("ManagedIdentity", StringComparison.OrdinalIgnoreCase))
        {
            mistakes.Add("Authentication must be ManagedIdentity, or be left out where there is a key.");
        }

        if (values.ContainsKey("SharedAccessKeyName") || values.ContainsKey("SharedAccessKey") || values.ContainsKey("SharedAccessSignature"))
        {
            mistakes.Add("Authentication=ManagedIdentity replaces keys and signatures: only one way to sign in can be given.");
        }
    }

    private static void ReadCredentials(Dictionary<string, string> values, List<string> mistakes)
    {
        var hasName = values.TryGetValue("SharedAccessKeyName", out var name);
        var hasKey = values.TryGetValue("SharedAccessKey", out var key);
        if (values.TryGetValue("SharedAccessSignature", out var signature))
        {
            if (hasName || hasKey)
            {
                mistakes.Add("SharedAccessSignature replaces SharedAccessKeyName and SharedAccessKey: only one way to sign in can be given.");
            }

            if (!Tokens.SharedAccessSignature.TryParse(signature, out _))
            {
                mistakes.Add("SharedAccessSignature must look like 'SharedAccessSignature sr=…&sig=…&se=…&skn=…'.");
            }
        }
        else if (!hasName && !hasKey)
        {
            mistakes.Add("SharedAccessKeyName and SharedAccessKey are missing, and there is no SharedAccessSignature.");
        }
        else if (!hasName)
        {
            mistakes.Add("SharedAccessKeyName is missing.");
        }
        else if (!hasKey)
        {
            mistakes.Add("SharedAccessKey is missing.");
        }

        CheckLength("SharedAccessKeyName", name, mistakes);
        CheckLength("SharedAccessKey", key, mistakes);
    }

    private static void CheckLength(string what, string? value, List<string> mistakes)
    {
        if (value is { Length: 0 or > MaxNameLength })
        {
            mistakes.Add(string.Create(CultureInfo.InvariantCulture, $"{what} must have 1 to {MaxNameLength} characters."));
        }
    }
}
