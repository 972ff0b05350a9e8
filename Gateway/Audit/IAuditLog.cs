namespace AppProxy.Gateway.Audit;

/// <summary>Takes what people and operators do. Never waits, and never fails: what cannot be kept is counted and told.</summary>
internal interface IAuditLog
{
    void Write(AuditEvent what);
}
