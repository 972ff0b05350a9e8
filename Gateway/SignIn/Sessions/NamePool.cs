using System.Collections.Concurrent;

namespace AppProxy.Gateway.SignIn.Sessions;

/// <summary>One string for each name that many sessions have: of groups, roles, hosts. A person's groups are most of what a session would take.</summary>
internal sealed class NamePool
{
    /// <summary>Bounded: beyond it, names are kept as they come.</summary>
    private const int MostKept = 100_000;

    private readonly ConcurrentDictionary<string, string> _names = new(StringComparer.Ordinal);

    public string Get(string name) => _names.TryGetValue(name, out var known) ? known : _names.Count < MostKept ? _names.GetOrAdd(name, name) : name;

    public SessionTicket Share(SessionTicket ticket) => ticket with
    {
        User = Share(ticket.User),
        Client = ticket.Client is { UserAgent: { } agent } client ? client with { UserAgent = Get(agent) } : ticket.Client,
    };

    public SignedInUser Share(SignedInUser user) => user with
    {
        Groups = Get(user.Groups),
        Roles = Get(user.Roles),
        AuthenticationMethods = Get(user.AuthenticationMethods),
        // Often the same, and never the same string.
        Subject = user.Subject == user.Id ? user.Id : user.Subject,
    };

    private string[] Get(string[] names) => names.Length == 0 ? [] : Array.ConvertAll(names, Get);
}
