using System.Runtime.InteropServices;

namespace AppProxy.Gateway.Demo;

/// <summary>Turns Ctrl+C, SIGTERM and a closed terminal into one cancelled token. A second Ctrl+C ends the process at once.</summary>
internal sealed class TerminationSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;

    public TerminationSignals()
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal),
        ];
    }

    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        // Not cancelled, a signal ends the process there and then.
        signal.Cancel = !_stop.IsCancellationRequested;
        _stop.Cancel();
    }
}
