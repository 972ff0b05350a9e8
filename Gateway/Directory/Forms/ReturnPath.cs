using Microsoft.AspNetCore.WebUtilities;

namespace AppProxy.Gateway.Directory.Forms;

/// <summary>Where a person goes on to after a form: within the directory, and nowhere that somebody else could name.</summary>
internal static class ReturnPath
{
    public const string Parameter = "return";

    /// <summary>Where a page of the directory is from which a person goes on to <paramref name="next"/>.</summary>
    /// <param name="page">Below <see cref="DirectoryPaths.Root"/>.</param>
    /// <param name="next">What <see cref="Check"/> lets pass.</param>
    public static string After(string page, string next) => QueryHelpers.AddQueryString(DirectoryPaths.Root + page, Parameter, next);

    /// <summary>Of the query, or of the form that came from it; the gateway's own host where there is none.</summary>
    public static string Read(HttpRequest request, IFormCollection? form = null)
        => Check(form?[Parameter].ToString() is { Length: > 0 } sent ? sent : request.Query[Parameter].ToString());

    /// <summary>Two slashes or a backslash would lead to another host; so would what is no path.</summary>
    public static string Check(string path)
        => path.StartsWith(DirectoryPaths.Root + "/", StringComparison.Ordinal) && !path.Contains('\\', StringComparison.Ordinal) && !path.Any(char.IsControl) ? path : "/";
}
