using AppProxy.Gateway.Catalogue.Reading.Policies;
using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Catalogue.Storage;

/// <summary>Policies and locations ⇄ rows, changing only rows that differ.</summary>
internal static class StoredPolicies
{
    public static async Task<PolicyDocuments> ReadAsync(StoreContext context, CancellationToken cancellationToken)
    {
        var policies = await context.Set<PolicyRow>().AsNoTracking().ToListAsync(cancellationToken);
        var locations = await context.Set<NamedLocationRow>().AsNoTracking().ToListAsync(cancellationToken);
        return new PolicyDocuments(
            [.. policies.OrderBy(static row => row.Id, StringComparer.Ordinal).Select(static row => StoredDocuments.ReadPolicy(row.Document))],
            [.. locations.OrderBy(static row => row.Id, StringComparer.Ordinal).Select(static row => StoredDocuments.ReadLocation(row.Document))]);
    }

    public static async Task WriteAsync(StoreContext context, PolicyDocuments wanted, CancellationToken cancellationToken)
    {
        var policies = (await context.Set<PolicyRow>().ToListAsync(cancellationToken)).ToDictionary(static row => row.Id, StringComparer.OrdinalIgnoreCase);
        foreach (var policy in wanted.Policies)
        {
            if (!policies.Remove(policy.Id!, out var row))
            {
                row = new PolicyRow { Id = policy.Id!, DisplayName = "", Document = "" };
                context.Add(row);
            }

            (row.DisplayName, row.Document) = (policy.DisplayName!, StoredDocuments.Write(policy));
        }

        var locations = (await context.Set<NamedLocationRow>().ToListAsync(cancellationToken)).ToDictionary(static row => row.Id, StringComparer.OrdinalIgnoreCase);
        foreach (var location in wanted.Locations)
        {
            if (!locations.Remove(location.Id!, out var row))
            {
                row = new NamedLocationRow { Id = location.Id!, DisplayName = "", Document = "" };
                context.Add(row);
            }

            (row.DisplayName, row.Document) = (location.DisplayName!, StoredDocuments.Write(location));
        }

        context.RemoveRange(policies.Values);
        context.RemoveRange(locations.Values);
    }
}
