namespace AppProxy.Connector.Http1;

/// <summary>How far a reader came with the octets it was shown.</summary>
internal enum ReadProgress
{
    NeedsMore,
    Done,
    Failed,
}
