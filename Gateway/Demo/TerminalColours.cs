namespace AppProxy.Gateway.Demo;

/// <summary>Whether what reads our output shows colours, and may.</summary>
internal static class TerminalColours
{
#pragma warning disable RS0030 // Only the console knows whether it is one; nothing is written here.
    public static bool AreWanted() => AreWanted(Console.IsOutputRedirected, OperatingSystem.IsWindows(), Environment.GetEnvironmentVariable);
#pragma warning restore RS0030

    /// <param name="isRedirected">To a file or another program.</param>
    /// <param name="isWindows">Whose consoles show them only where some program said so before.</param>
    /// <param name="variable">Environment, with <c>NO_COLOR</c> (no-color.org) and <c>TERM</c> (terminfo).</param>
    internal static bool AreWanted(bool isRedirected, bool isWindows, Func<string, string?> variable)
        => !isRedirected && !isWindows && string.IsNullOrEmpty(variable("NO_COLOR")) && variable("TERM") is not (null or "" or "dumb");
}
