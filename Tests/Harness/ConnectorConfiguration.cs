namespace AppProxy.Testing;

/// <summary>A connector's configuration, as an operator would give it in a file.</summary>
internal sealed class ConnectorConfiguration(Uri broker, string key, IReadOnlyDictionary<string, Uri> apps, TestEnvironmentOptions options)
{
    /// <summary>The settings by full key.</summary>
    public Dictionary<string, string?> ToSettings()
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Connector:Broker:Url"] = broker.ToString(),
            ["Connector:Broker:KeyName"] = "connector",
            ["Connector:Broker:Key"] = key,
        };
        foreach (var (name, url) in apps)
        {
            settings[$"Connector:Apps:{name}:InternalUrl"] = url.ToString();
            if (options.Apps[name].Protocol is TestProtocol.Http2 or TestProtocol.Https2)
            {
                settings[$"Connector:Apps:{name}:HttpVersion"] = "2";
            }

            if (url.Scheme == Uri.UriSchemeHttps)
            {
                // The certificate of an app started here is made for the test.
                settings[$"Connector:Apps:{name}:IsBackendCertificateValidationEnabled"] = "false";
            }
        }

        foreach (var (name, value) in options.ConnectorSettings)
        {
            if (value is { Length: > 0 })
            {
                settings[name] = value;
            }
            else
            {
                settings.Remove(name);
            }
        }

        return settings;
    }
}
