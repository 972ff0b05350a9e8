using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Policies;
using AppProxy.Gateway.SignIn;

namespace AppProxy.Gateway.Access;

/// <summary>Tells what policies that only report would have done: of each session (or access token), app and policy once while this gateway has it in memory, however many requests there are.</summary>
internal sealed class ReportOnlyLog(IAuditLog log)
{
    /// <summary>Told of those who are still at hand; nothing is kept of who is gone.</summary>
    private readonly ConditionalWeakTable<ICaller, ConcurrentDictionary<(string App, string Policy), bool>> _told = [];

    public void Report(ConditionalAccessPolicy policy, PublishedApp app, ICaller caller, IPAddress? address)
    {
        if (_told.GetOrCreateValue(caller).TryAdd((app.Id, policy.Id), true))
        {
            log.Write(new AuditEvent
            {
                Kind = AuditKind.Report,
                Outcome = "report-only",
                User = caller.User.Id,
                UserName = caller.User.UserPrincipalName,
                App = app.Id,
                Address = AuditAddress.Of(address),
                Policy = policy.Id,
                Detail = policy.Blocks ? "would have been turned away" : "would have been asked for a stronger or newer sign-in",
            });
        }
    }
}
