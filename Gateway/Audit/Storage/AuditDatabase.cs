using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Audit.Storage;

/// <summary>The sign-in log in the store.</summary>
internal sealed class AuditDatabase(StoreConnection connection)
{
    public Task AddAsync(IReadOnlyCollection<AuditRow> rows, CancellationToken cancellationToken) => connection.UseAsync(context =>
    {
        context.AddRange(rows);
        return context.SaveChangesAsync(cancellationToken);
    });

    public Task PurgeAsync(DateTimeOffset before, CancellationToken cancellationToken) => connection.UseAsync(context =>
    {
        var at = before.ToUnixTimeMilliseconds();
        return context.Set<AuditRow>().Where(row => row.At < at).ExecuteDeleteAsync(cancellationToken);
    });

    /// <summary>The newest first.</summary>
    public Task<List<AuditRow>> FindAsync(AuditQuery query, CancellationToken cancellationToken) => connection.UseAsync(context =>
    {
        var rows = context.Set<AuditRow>().AsNoTracking();
        if (query.Since is { } since)
        {
            var at = since.ToUnixTimeMilliseconds();
            rows = rows.Where(row => row.At >= at);
        }

        if (query.App is { } app)
        {
            rows = rows.Where(row => row.App == app);
        }

        if (query.User is { } user)
        {
            // People write names as they like.
            var lower = user.ToLowerInvariant();
#pragma warning disable CA1304, CA1311, CA1862 // Translated to SQL.
            rows = rows.Where(row => row.User == user || row.UserName!.ToLower() == lower);
#pragma warning restore CA1304, CA1311, CA1862
        }

        if (query.Kind is { } kind)
        {
            var name = kind.ToString();
            rows = rows.Where(row => row.Kind == name);
        }

        if (query.Reference is { } reference)
        {
            rows = rows.Where(row => row.Reference == reference);
        }

        return rows.OrderByDescending(static row => row.At).ThenByDescending(static row => row.Id).Take(query.Most).ToListAsync(cancellationToken);
    });
}
