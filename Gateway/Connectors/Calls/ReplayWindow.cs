using AppProxy.Contracts.Identity;

namespace AppProxy.Gateway.Connectors.Calls;

/// <summary>Remembers calls for as long as they would be good, so that none is good twice. Only genuine calls come here, so a stranger cannot fill it.</summary>
/// <remarks>
/// Each gateway remembers its own. Of several behind one name another one would take a call again within its minute, which gains nothing: who can
/// read a call on its way there can read the answer too.
/// </remarks>
internal sealed class ReplayWindow(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Queue<(string Id, DateTimeOffset Until)> _ends = new();

    /// <summary>False for a call that came before.</summary>
    public bool TryEnter(string connectorId, string callId)
    {
        var now = time.GetUtcNow();
        var id = connectorId + " " + callId;
        lock (_gate)
        {
            while (_ends.TryPeek(out var oldest) && oldest.Until < now)
            {
                _seen.Remove(oldest.Id);
                _ends.Dequeue();
            }

            if (!_seen.Add(id))
            {
                return false;
            }

            // Issued in the future as far as clocks may differ, and good from then on.
            _ends.Enqueue((id, now.AddSeconds(ConnectorCall.Lifetime + (2 * ConnectorCall.Skew) + 1)));
            return true;
        }
    }
}
