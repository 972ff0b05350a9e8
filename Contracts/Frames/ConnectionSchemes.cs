using System.Text;

namespace AppProxy.Contracts.Frames;

/// <summary>The authentication schemes that authenticate a connection instead of a request: NTLM and Negotiate (RFC 4559 section 6, [MS-NTHT]).</summary>
public static class ConnectionSchemes
{
    /// <summary>Whether credentials, or a challenge, are of such a scheme: its name, alone or with something behind a space.</summary>
    public static bool IsIn(ReadOnlySpan<byte> credentials)
    {
        var scheme = credentials.IndexOf((byte)' ') is var space and >= 0 ? credentials[..space] : credentials;
        return Ascii.EqualsIgnoreCase(scheme, "NTLM"u8) || Ascii.EqualsIgnoreCase(scheme, "Negotiate"u8);
    }

    /// <inheritdoc cref="IsIn(ReadOnlySpan{byte})"/>
    public static bool IsIn(ReadOnlySpan<char> credentials)
    {
        var scheme = credentials.IndexOf(' ') is var space and >= 0 ? credentials[..space] : credentials;
        return Ascii.EqualsIgnoreCase(scheme, "NTLM"u8) || Ascii.EqualsIgnoreCase(scheme, "Negotiate"u8);
    }
}
