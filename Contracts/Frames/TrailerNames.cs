using System.Text;

namespace AppProxy.Contracts.Frames;

/// <summary>Which fields may follow a body: none that says how the message is framed or routed, or concerns one connection (RFC 9110 section 6.5.1).</summary>
internal static class TrailerNames
{
    public static bool MayPass(string name) =>
        !HopByHop.IsConnectionField(name)
        && !name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)
        && !name.Equals("Host", StringComparison.OrdinalIgnoreCase);

    /// <summary>As <see cref="MayPass(string)"/>, of a name in octets.</summary>
    public static bool MayPass(ReadOnlySpan<byte> name) =>
        !HopByHop.IsConnectionField(name)
        && !Ascii.EqualsIgnoreCase(name, "Content-Length"u8)
        && !Ascii.EqualsIgnoreCase(name, "Host"u8);
}
