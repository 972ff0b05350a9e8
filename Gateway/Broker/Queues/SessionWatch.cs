using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Broker.Queues;

/// <summary>
/// Tells observers which sessions of a queue are held and freed. Events are noted under the queue's lock, so in the order of what happened,
/// and told outside of it by one thread at a time.
/// </summary>
internal sealed partial class SessionWatch(ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Queue<SessionEvent> _events = new();
    private Registration[] _registrations = [];
    private bool _telling;

    /// <summary>Notes an event; <see cref="Tell"/> must follow outside the queue's lock.</summary>
    public void Note(string sessionId, bool held)
    {
        lock (_gate)
        {
            if (_registrations.Length > 0)
            {
                _events.Enqueue(new SessionEvent(_registrations, sessionId, held));
            }
        }
    }

    /// <summary>Adds an observer and notes for it the sessions that are held already. Under the queue's lock.</summary>
    public IDisposable Add(ISessionObserver observer, IEnumerable<string> heldSessions)
    {
        var registration = new Registration(this, observer);
        lock (_gate)
        {
            foreach (var sessionId in heldSessions)
            {
                _events.Enqueue(new SessionEvent([registration], sessionId, Held: true));
            }

            _registrations = [.. _registrations, registration];
        }

        return registration;
    }

    /// <summary>Tells what was noted, unless another call (further up this stack, or on another thread) is at it: then that one does.</summary>
    public void Tell()
    {
        lock (_gate)
        {
            if (_telling)
            {
                return;
            }

            _telling = true;
        }

        while (true)
        {
            SessionEvent next;
            lock (_gate)
            {
                if (!_events.TryDequeue(out next))
                {
                    _telling = false;
                    return;
                }
            }

            foreach (var registration in next.Audience)
            {
                try
                {
                    registration.Tell(next.SessionId, next.Held);
                }
                catch (Exception exception)
                {
                    // One observer's fault must not keep the event from the others.
                    LogObserverFailed(logger, exception);
                }
            }
        }
    }

    private void Remove(Registration registration)
    {
        lock (_gate)
        {
            _registrations = Array.FindAll(_registrations, other => other != registration);
        }
    }

    private readonly record struct SessionEvent(Registration[] Audience, string SessionId, bool Held);

    private sealed class Registration(SessionWatch watch, ISessionObserver observer) : IDisposable
    {
        private volatile bool _disposed;

        public void Tell(string sessionId, bool held)
        {
            if (_disposed)
            {
                return;
            }

            if (held)
            {
                observer.OnSessionHeld(sessionId);
            }
            else
            {
                observer.OnSessionFreed(sessionId);
            }
        }

        public void Dispose()
        {
            _disposed = true;
            watch.Remove(this);
        }
    }
}
