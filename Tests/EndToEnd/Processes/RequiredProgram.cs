using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Processes;

/// <summary>A program that some tests drive. A developer who has not installed it may go without these tests; CI may not.</summary>
internal static class RequiredProgram
{
    /// <summary>Its full path. Without it the test is skipped, and fails where the variable CI is <c>true</c>.</summary>
    /// <param name="name">As called on a command line.</param>
    /// <param name="packages">What to install, on Debian and its kin.</param>
    /// <param name="folders">Where the package puts it, if that is on no path.</param>
    public static string Find(string name, string packages, params IEnumerable<string> folders)
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Append("/usr/sbin")
            .Concat(folders)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
        if (found is not null)
        {
            return found;
        }

        var reason = $"{name} is not installed: apt-get install -y --no-install-recommends {packages}";
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
        {
            Assert.Fail(reason);
        }

        Assert.Ignore(reason);
        return "";
    }
}
