namespace AppProxy.Gateway.Broker.Amqp.Links;

/// <summary>
/// Finds the link that a request's reply-to means. .NET writes the target address of its link there, JavaScript the link's name, Java the
/// same fixed text on each connection; so look within the connection, under both, and take the node's only link when nothing fits.
/// </summary>
internal sealed class ReplyLinks
{
    private readonly Lock _gate = new();
    private readonly List<ReplyLink> _links = [];

    public void Add(ReplyLink link)
    {
        lock (_gate)
        {
            _links.Add(link);
        }
    }

    public void Remove(ReplyLink link)
    {
        lock (_gate)
        {
            _links.Remove(link);
        }
    }

    public ReplyLink? Find(BrokerNode node, string? replyTo)
    {
        lock (_gate)
        {
            ReplyLink? only = null;
            var count = 0;
            foreach (var link in _links)
            {
                if (!link.Node.Path.Equals(node.Path, StringComparison.OrdinalIgnoreCase))
                {
                    continue;
                }

                if (replyTo is not null && (replyTo == link.Address || replyTo == link.Name))
                {
                    return link;
                }

                only = link;
                count++;
            }

            return count == 1 ? only : null;
        }
    }
}
