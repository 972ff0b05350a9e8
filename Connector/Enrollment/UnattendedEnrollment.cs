using AppProxy.Connector.Settings;
using AppProxy.Contracts.Settings;

namespace AppProxy.Connector.Enrollment;

/// <summary>For installations without a person: a connector that starts without an identity, and was given a token, enrols first.</summary>
internal static class UnattendedEnrollment
{
    /// <exception cref="EnrollmentException">It was to enrol, and could not.</exception>
    public static async Task RunAsync(IConfiguration configuration, TimeProvider time, CancellationToken cancellationToken, HttpMessageHandler? handler = null)
    {
        // What is wrong with the settings is told by who reads them next.
        var options = SettingsReader.Read<ConnectorOptions>(configuration.GetSection(ConnectorOptions.Section), []);
        var file = new IdentityFile(options.Identity, IKeyProtection.Create());
        if (options.UsesKey || file.Exists || (options.Enrollment.Token is null && options.Enrollment.TokenFile is null))
        {
            return;
        }

        await new Enroller(file, time, handler).EnrollAsync(options.Gateway, ReadToken(options.Enrollment), options.Name ?? Environment.MachineName, isReplacing: false, cancellationToken);
    }

    /// <exception cref="EnrollmentException">The file cannot be read.</exception>
    public static string? ReadToken(EnrollmentOptions options)
    {
        if (options.Token is not null || options.TokenFile is null)
        {
            return options.Token;
        }

        try
        {
            return File.ReadAllText(options.TokenFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EnrollmentException($"{Path.GetFullPath(options.TokenFile)}: the token cannot be read: {exception.Message}", exception);
        }
    }
}
