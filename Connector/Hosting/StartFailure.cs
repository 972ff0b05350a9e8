using Microsoft.Extensions.Options;

namespace AppProxy.Connector.Hosting;

/// <summary>Says what is wrong with the configuration, a line each, to the person who started the connector.</summary>
internal static class StartFailure
{
    public static void Report(OptionsValidationException mistakes)
    {
#pragma warning disable RS0030 // The host is not up, so there is no log to write to.
        foreach (var mistake in mistakes.Failures)
        {
            Console.Error.WriteLine(mistake);
        }
#pragma warning restore RS0030
    }
}
