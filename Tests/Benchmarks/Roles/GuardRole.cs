using System.Diagnostics;

namespace AppProxy.Benchmarks.Roles;

/// <summary>Runs a command that knows nothing of <see cref="ParentGuard"/>, and ends it together with whoever started this process.</summary>
internal static class GuardRole
{
    public static async Task<int> RunAsync(string[] command, CancellationToken cancellationToken)
    {
        using var child = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true })
            ?? throw new InvalidOperationException($"{command[0]} did not start.");
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var exit = child.WaitForExitAsync(CancellationToken.None);
        await Task.WhenAny(exit, ParentGuard.WaitAsync(ended.Token));
        if (!child.HasExited)
        {
            child.Kill(entireProcessTree: true);
        }

        await exit;
        return child.ExitCode;
    }
}
