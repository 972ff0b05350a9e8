using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>A session's links, by the handles of either side. State is guarded by the connection's gate.</summary>
internal sealed class LinkTable
{
    private readonly List<AmqpLink> _links = [];
    private AmqpLink?[] _byRemoteHandle = new AmqpLink?[4];
    private AmqpLink?[] _byLocalHandle = new AmqpLink?[4];

    public int Count => _links.Count;

    public AmqpLink this[int index] => _links[index];

    /// <summary>The link with a handle of the peer's.</summary>
    public AmqpLink Find(uint handle) =>
        handle < _byRemoteHandle.Length && _byRemoteHandle[handle] is { } link
            ? link
            : throw new AmqpException(ErrorCondition.UnattachedHandle, "A frame names a handle that no link has.");

    /// <summary>The link of ours that the peer's attach answers, if it answers one.</summary>
    public AmqpLink? FindAttaching(Attach attach)
    {
        foreach (var link in _links)
        {
            if (link.RemoteHandle is null && link.IsReceiver != attach.IsReceiver && link.Name == attach.Name)
            {
                return link;
            }
        }

        return null;
    }

    /// <summary>Whether the peer has given a handle to a link already.</summary>
    public bool IsInUse(uint handle) => handle < _byRemoteHandle.Length && _byRemoteHandle[handle] is not null;

    /// <summary>Notes the peer's handle of a link.</summary>
    public void AddRemote(AmqpLink link, uint handle)
    {
        link.RemoteHandle = handle;
        Set(ref _byRemoteHandle, handle, link);
    }

    /// <summary>Gives a link the lowest handle of ours that is free.</summary>
    public void AddLocal(AmqpLink link, uint highest)
    {
        for (uint handle = 0; handle <= highest; handle++)
        {
            if (handle >= _byLocalHandle.Length || _byLocalHandle[handle] is null)
            {
                Set(ref _byLocalHandle, handle, link);
                link.LocalHandle = handle;
                _links.Add(link);
                return;
            }
        }

        throw new AmqpException(ErrorCondition.ResourceLimitExceeded, "The session has no handle left.");
    }

    /// <summary>Forgets a link, whose handles are free again.</summary>
    public void Remove(AmqpLink link)
    {
        _links.Remove(link);
        _byLocalHandle[link.LocalHandle] = null;
        if (link.RemoteHandle is { } handle)
        {
            _byRemoteHandle[handle] = null;
        }
    }

    /// <summary>Forgets all links and returns them.</summary>
    public AmqpLink[] TakeAll()
    {
        AmqpLink[] all = [.. _links];
        _links.Clear();
        Array.Clear(_byRemoteHandle);
        Array.Clear(_byLocalHandle);
        return all;
    }

    // Most sessions have few links, and their number is the peer's to choose.
    private static void Set(ref AmqpLink?[] table, uint handle, AmqpLink link)
    {
        if (handle >= table.Length)
        {
            Array.Resize(ref table, Math.Max((int)handle + 1, table.Length * 2));
        }

        table[handle] = link;
    }
}
