using System.Text;
using AppProxy.Contracts.Frames;
using Microsoft.Net.Http.Headers;

namespace AppProxy.Gateway.Hosting;

/// <summary>
/// How Kestrel turns a field's octets into a string, field by field as it parses a head: the one place where a field can still be
/// judged as the client wrote it, at no cost beyond what decoding costs.
/// </summary>
internal static class RequestFieldDecoding
{
    /// <summary>Octets pass as they are: ISO 8859-1 maps each to one character and back.</summary>
    /// <exception cref="InvalidOperationException">The name is none; Kestrel refuses the request.</exception>
    public static Encoding Select(string name)
    {
        switch (name.Length)
        {
            case 10 when name.Equals(HeaderNames.Connection, StringComparison.OrdinalIgnoreCase):
                return ConnectionOptionsEncoding.Instance;
            case 14 when name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase):
                return DigitsEncoding.Instance;
            case > 0 when name[0] == ':' || FieldSyntax.IsToken(name):
                // Kestrel lets names pass that are no tokens. Of names that begin with a colon Kestrel takes only HTTP/2's.
                return Encoding.Latin1;
            default:
                throw new InvalidOperationException("A field name has a character that none may have.");
        }
    }
}
