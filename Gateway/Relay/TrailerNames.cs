using System.Buffers;
using AppProxy.Contracts.Frames;
using Microsoft.Net.Http.Headers;

namespace AppProxy.Gateway.Relay;

/// <summary>Which fields may follow a body: none that says how the message is framed or routed, or concerns one connection (RFC 9110 section 6.5.1).</summary>
internal static class TrailerNames
{
    /// <summary>What a field name is made of (RFC 9110 section 5.6.2).</summary>
    public static readonly SearchValues<byte> TokenOctets =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    public static bool MayPass(string name) =>
        !HopByHop.IsConnectionField(name)
        && !name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase)
        && !name.Equals(HeaderNames.Host, StringComparison.OrdinalIgnoreCase);
}
