namespace AppProxy.Gateway.Access.Requests;

/// <summary>What became of a request, as the store has it.</summary>
internal static class AccessRequestState
{
    public const string Pending = "pending";

    public const string Approved = "approved";

    public const string Denied = "denied";
}
