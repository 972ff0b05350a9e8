namespace AppProxy.Tests.EndToEnd.Clients;

/// <summary>How much tests move: a tenth by default, all of it with <c>APPPROXY_SCALE=full</c>.</summary>
internal static class Scale
{
    public static int Of(int full) => Environment.GetEnvironmentVariable("APPPROXY_SCALE") == "full" ? full : full / 10;
}
