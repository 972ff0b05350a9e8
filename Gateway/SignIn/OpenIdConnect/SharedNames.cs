using System.Collections.Concurrent;

namespace AppProxy.Gateway.SignIn.OpenIdConnect;

/// <summary>One string for each group, role and claim that many people have, or sessions would be mostly copies of them.</summary>
internal static class SharedNames
{
    /// <summary>Then the rest is as it comes.</summary>
    private const int Most = 100_000;

    private static readonly ConcurrentDictionary<string, string> Names = new(StringComparer.Ordinal);
    private static int _count;

    public static string Get(string name)
    {
        if (Names.TryGetValue(name, out var known))
        {
            return known;
        }

        if (Volatile.Read(ref _count) >= Most || !Names.TryAdd(name, name))
        {
            return name;
        }

        Interlocked.Increment(ref _count);
        return name;
    }
}
