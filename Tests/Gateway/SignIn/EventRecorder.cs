using System.Collections;
using AppProxy.Gateway.Audit;

namespace AppProxy.Tests.Gateway.SignIn;

/// <summary>Keeps what would be in the sign-in log.</summary>
internal sealed class EventRecorder : IAuditLog, IEnumerable<(AuditKind Kind, string Outcome)>
{
    private readonly List<AuditEvent> _events = [];

    public IReadOnlyList<AuditEvent> Events => _events;

    public void Write(AuditEvent what) => _events.Add(what);

    public IEnumerator<(AuditKind Kind, string Outcome)> GetEnumerator() => _events.Select(static what => (what.Kind, what.Outcome)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
