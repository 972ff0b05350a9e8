using AppProxy.Connector.Enrollment;
using Microsoft.Extensions.Options;

namespace AppProxy.Connector.Hosting;

/// <summary>Tells the person who started the connector what is wrong with the configuration, a line for each mistake.</summary>
internal static class StartFailure
{
    /// <summary>What to tell; null for a failure that is ours.</summary>
    public static string? Describe(Exception failure) => failure switch
    {
        OptionsValidationException mistakes => string.Join('\n', mistakes.Failures),
        EnrollmentException => failure.Message,
        InvalidDataException unreadable => $"{unreadable.Message.TrimEnd('.')}: {unreadable.GetBaseException().Message}",
        FormatException { Source: "Microsoft.Extensions.Configuration.CommandLine" } => failure.Message,
        _ => null,
    };

    public static void Report(string reason)
    {
#pragma warning disable RS0030 // The host is not up, so there is no log to write to.
        Console.Error.WriteLine(reason);
#pragma warning restore RS0030
    }
}
