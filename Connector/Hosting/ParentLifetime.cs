using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AppProxy.Connector.Hosting;

/// <summary>Ends a connector together with the process that started it: the parent holds a pipe to standard input, and its end is the order to stop.</summary>
/// <remarks>
/// It reaches us when the parent closes the pipe and when the parent is killed, on every operating system, with no polling and
/// no process id that could be somebody else's by then. A connector that cannot stop in time is ended hard.
/// </remarks>
internal sealed partial class ParentLifetime : IHostedService
{
    /// <summary>Set to 1 by a parent that holds the pipe; without it standard input means nothing.</summary>
    public const string Variable = "APPPROXY_EXIT_WITH_PARENT";

    /// <summary>Longer than the host gives its services to stop, by default 30 s.</summary>
    private static readonly TimeSpan HardLimit = TimeSpan.FromSeconds(40);

    private readonly Stream _input;
    private readonly Action _endProcess;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly TimeProvider _time;
    private readonly ILogger<ParentLifetime> _logger;
    private ITimer? _limit;

    public ParentLifetime(Stream input, Action endProcess, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ParentLifetime> logger)
    {
        _input = input;
        _endProcess = endProcess;
        _lifetime = lifetime;
        _time = time;
        _logger = logger;
    }

    public static bool IsAskedFor => Environment.GetEnvironmentVariable(Variable) == "1";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A thread of its own, in the background: a read of standard input cannot be cancelled, and must not keep the process alive.
        new Thread(Watch) { IsBackground = true, Name = "Parent lifetime" }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The process' own input and end; the only place that touches standard input.</summary>
    public static ParentLifetime ForThisProcess(IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ParentLifetime> logger)
    {
#pragma warning disable RS0030 // The stream only: nothing is written to the terminal.
        var input = Console.OpenStandardInput();
#pragma warning restore RS0030
        return new ParentLifetime(input, () => Process.GetCurrentProcess().Kill(), lifetime, time, logger);
    }

    private void Watch()
    {
        Span<byte> ignored = stackalloc byte[256];
        try
        {
            while (_input.Read(ignored) > 0)
            {
                // Nothing is said to us this way but its end.
            }
        }
        catch (IOException)
        {
            // A broken pipe is an end too.
        }

        LogParentGone();
        _limit = _time.CreateTimer(_ => _endProcess(), null, HardLimit, Timeout.InfiniteTimeSpan);
        _lifetime.StopApplication();
    }
}
