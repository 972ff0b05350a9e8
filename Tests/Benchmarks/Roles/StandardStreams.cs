namespace AppProxy.Benchmarks.Roles;

/// <summary>The process's own standard streams: how a role hears from, and answers to, whoever started it.</summary>
internal static class StandardStreams
{
#pragma warning disable RS0030 // A command-line program of its own; this is the one place where it touches the terminal.
    public static Stream OpenInput() => Console.OpenStandardInput();

    public static TextWriter OpenOutput() => new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
#pragma warning restore RS0030
}
