using System.Collections.Concurrent;

namespace AppProxy.Gateway.SignIn.Sessions;

/// <summary>
/// One string for each name that many people have: of groups, roles, claims, hosts. A person's groups are most of what a session would take. What is one
/// person's own, such as the values of claims, is not in here.
/// </summary>
internal sealed class NamePool
{
    /// <summary>Then it begins anew: who has names keeps them, and those that are still in use come again.</summary>
    private const int MostKept = 100_000;

    private readonly ConcurrentDictionary<string, string> _names = new(StringComparer.Ordinal);

    public string Get(string name)
    {
        if (_names.TryGetValue(name, out var known))
        {
            return known;
        }

        if (_names.Count >= MostKept)
        {
            _names.Clear();
        }

        return _names.GetOrAdd(name, name);
    }

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
        AuthenticationContext = user.AuthenticationContext is { } context ? Get(context) : null,
        Scopes = Get(user.Scopes),
        Claims = user.Claims.Length == 0 ? [] : Array.ConvertAll(user.Claims, claim => KeyValuePair.Create(Get(claim.Key), claim.Value)),
        // Often the same, and never the same string.
        Subject = user.Subject == user.Id ? user.Id : user.Subject,
    };

    private string[] Get(string[] names) => names.Length == 0 ? [] : Array.ConvertAll(names, Get);
}
