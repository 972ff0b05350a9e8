namespace AppProxy.Tests.EndToEnd.Compared;

/// <summary>One request that goes through both proxies, and the app's answer to it. One character is one octet.</summary>
/// <param name="Name">Path-like, so that approved differences can name several with a star.</param>
/// <param name="Method">Its method.</param>
/// <param name="Target">Its target; <c>{host}</c> stands for the proxy's authority.</param>
/// <param name="Fields">Field lines beside Host.</param>
/// <param name="Body">Its body, framed.</param>
/// <param name="Answer">What the app writes.</param>
internal sealed record ComparedCase(string Name, string Method, string Target, string Fields, string Body, string Answer)
{
    public string Request(string host) => $"{Method} {Target} HTTP/1.1\r\nHost: {{host}}\r\n{Fields}\r\n{Body}".Replace("{host}", host, StringComparison.Ordinal);
}
