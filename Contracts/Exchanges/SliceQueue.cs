using System.Diagnostics.CodeAnalysis;

namespace AppProxy.Contracts.Exchanges;

/// <summary>Slices in line. Where a reader keeps up there is one at most, and for that one nothing is allocated.</summary>
[SuppressMessage("Performance", "CA1815", Justification = "A field, which is never compared.")]
internal struct SliceQueue
{
    private BodySlice _first;
    private bool _hasFirst;
    private Queue<BodySlice>? _others;

    public readonly bool IsEmpty => !_hasFirst && _others is not { Count: > 0 };

    public void Enqueue(in BodySlice slice)
    {
        if (IsEmpty)
        {
            (_first, _hasFirst) = (slice, true);
        }
        else
        {
            (_others ??= new Queue<BodySlice>()).Enqueue(slice);
        }
    }

    public bool TryDequeue(out BodySlice slice)
    {
        if (!_hasFirst)
        {
            slice = default;
            return _others is not null && _others.TryDequeue(out slice);
        }

        (slice, _first, _hasFirst) = (_first, default, false);
        return true;
    }
}
