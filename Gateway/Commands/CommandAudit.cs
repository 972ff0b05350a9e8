using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Audit.Storage;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Commands;

/// <summary>Puts what an operator did with a command into the sign-in log, beside those of the gateways.</summary>
internal static class CommandAudit
{
    /// <param name="store">Where it was done.</param>
    /// <param name="what">The verb and what it was about, such as <c>connectors revoke berlin</c>; no secret.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">It is not kept.</exception>
    public static Task WriteAsync(StoreConnection store, string what, CancellationToken cancellationToken) => WriteAsync(store, [what], cancellationToken);

    /// <summary>As <see cref="WriteAsync(StoreConnection, string, CancellationToken)"/>, for a command that did several things.</summary>
    public static Task WriteAsync(StoreConnection store, IEnumerable<string> what, CancellationToken cancellationToken)
    {
        var (who, now) = ($"{Environment.UserName}@{Environment.MachineName}", TimeProvider.System.GetUtcNow());
        return new AuditDatabase(store).AddAsync(
            [.. what.Select(done => AuditRow.Of(new AuditEvent { Kind = AuditKind.Administration, Outcome = AuditEvent.Success, User = who, Detail = done }, now))],
            cancellationToken);
    }
}
