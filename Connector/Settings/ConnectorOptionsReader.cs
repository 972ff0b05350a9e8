using AppProxy.Contracts.Settings;
using Microsoft.Extensions.Options;

namespace AppProxy.Connector.Settings;

/// <summary>Reads what the operator wrote, all of it, before anything starts.</summary>
internal static class ConnectorOptionsReader
{
    /// <exception cref="OptionsValidationException">Every mistake.</exception>
    public static ConnectorOptions Read(IConfiguration configuration)
    {
        var mistakes = new List<string>();
        var options = SettingsReader.Read<ConnectorOptions>(configuration.GetSection(ConnectorOptions.Section), mistakes);
        if (new ConnectorOptionsValidator(TimeProvider.System).Validate(null, options) is { Failed: true, Failures: { } failures })
        {
            mistakes.AddRange(failures);
        }

        return mistakes.Count == 0 ? options : throw new OptionsValidationException(ConnectorOptions.Section, typeof(ConnectorOptions), mistakes);
    }
}
