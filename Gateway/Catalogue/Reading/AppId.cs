using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Ids of apps and of their segments.</summary>
internal static partial class AppId
{
    public const string Rule = "1 to 64 letters, digits, '-' or '_'";

    /// <summary>The rule, for tools too.</summary>
    public const string Pattern = "^[A-Za-z0-9_-]{1,64}$";

    public static bool IsValid(string id) => Matcher().IsMatch(id) && !id.EndsWith('\n');

    /// <summary>The same URL gives the same id, so that it need not be written and still outlives a restart.</summary>
    public static string Make(AppUrl externalUrl) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(externalUrl.ToString())).AsSpan(0, 16)).ToString();

    [GeneratedRegex(Pattern)]
    private static partial Regex Matcher();
}
