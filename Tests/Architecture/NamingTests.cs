using System.Text.RegularExpressions;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Architecture;

[TestFixture]
internal sealed partial class NamingTests
{
    private static IEnumerable<string> Sources => Repository.Files("*.cs").Select(Repository.RelativePath);

    [Test]
    public void No_file_or_folder_is_a_drawer()
        => Sources.Where(file => file.Split('/').Any(part => Drawer().IsMatch(part.Split('.')[0]))).Should().BeEmpty("a thing is named for its job");

    [Test]
    public void No_type_is_a_drawer()
        => Assemblies.All.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.Namespace?.StartsWith("AppProxy", StringComparison.Ordinal) == true && Drawer().IsMatch(type.Name.Split('`')[0]))
            .Select(type => type.FullName).Should().BeEmpty("a thing is named for its job");

    [Test]
    public void A_folder_is_a_namespace()
        => Sources.Where(file => file.StartsWith("Contracts/", StringComparison.Ordinal) || file.StartsWith("Gateway/", StringComparison.Ordinal) || file.StartsWith("Connector/", StringComparison.Ordinal))
            .Select(file => (File: file, Namespace: FileScopedNamespace().Match(File.ReadAllText(Path.Combine(Repository.Root, file))).Groups[1].Value))
            .Where(source => source.Namespace.Length > 0 && source.Namespace != "AppProxy." + Path.GetDirectoryName(source.File)!.Replace('\\', '/').Replace('/', '.'))
            .Select(source => $"{source.File}: {source.Namespace}").Should().BeEmpty();

    [GeneratedRegex("(Helpers?|Utils?|Utility|Utilities|Managers?|Common)$")]
    private static partial Regex Drawer();

    [GeneratedRegex("^namespace ([A-Za-z0-9_.]+);", RegexOptions.Multiline)]
    private static partial Regex FileScopedNamespace();
}
