using System.Globalization;
using System.Text.RegularExpressions;
using AppProxy.Tests.Architecture;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Package;

/// <summary>AppProxy.Testing as somebody else meets it: an empty project, one package, the README's lines.</summary>
[TestFixture]
[CancelAfter(300_000)]
internal sealed partial class The_package_is_restored
{
    private static string Harness => Path.Combine(Repository.Root, "Tests", "Harness");

    [Test]
    public async Task The_lines_of_its_readme_run_in_an_empty_project(CancellationToken cancellation)
    {
        var lines = CSharp().Match(await File.ReadAllTextAsync(Path.Combine(Harness, "README.md"), cancellation)).Groups[1].Value;
        lines.Split('\n').Should().HaveCountLessThanOrEqualTo(11).And.Contain(line => line.Contains("GetStringAsync"));
        var folder = Directory.CreateTempSubdirectory("appproxy-package").FullName;

        // A version of its own: what was packed earlier cannot be taken for it.
        var version = string.Create(CultureInfo.InvariantCulture, $"0.0.1-test.{Environment.ProcessId}.{TimeProvider.System.GetTimestamp()}");
        await RunAsync(
            Repository.Root,
            cancellation,
            "pack", Harness, "--no-build", "--configuration", ProductExecutables.Configuration, "--output", folder, "-p:PackageVersion=" + version, "-nologo");

        var project = Directory.CreateDirectory(Path.Combine(folder, "consumer")).FullName;
        await File.WriteAllTextAsync(Path.Combine(project, "consumer.csproj"), Project(version), cancellation);
        await File.WriteAllTextAsync(Path.Combine(project, "nuget.config"), Sources(folder), cancellation);
        await File.WriteAllTextAsync(Path.Combine(project, "Program.cs"), lines, cancellation);

        await RunAsync(project, cancellation, "run");

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The package goes into a folder of its own; what it depends on is taken from where this machine has it.</summary>
    private static string Project(string version) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            <NuGetAudit>false</NuGetAudit>
            <RestorePackagesPath>packages</RestorePackagesPath>
            <RestoreFallbackFolders>{PackageCache()}</RestoreFallbackFolders>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="AppProxy.Testing" Version="{version}" />
          </ItemGroup>
        </Project>
        """;

    private static string Sources(string folder) => $"""
        <configuration>
          <packageSources>
            <add key="packed" value="{folder}" />
          </packageSources>
        </configuration>
        """;

    private static string PackageCache()
        => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static async Task RunAsync(string directory, CancellationToken cancellation, params string[] arguments)
    {
        // Variables of the build that runs these tests would speak to the one started here.
        var environment = new Dictionary<string, string?>
        {
            ["DOTNET_CLI_UI_LANGUAGE"] = "en",
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["MSBUILD_EXE_PATH"] = null,
            ["MSBuildExtensionsPath"] = null,
            ["MSBuildLoadMicrosoftTargetsReadOnly"] = null,
            ["MSBuildSDKsPath"] = null,
        };
        await using var dotnet = await RunningProgram.RunAsync(RequiredProgram.Find("dotnet", "dotnet-sdk-10.0"), arguments, cancellation, directory, environment);
        (await dotnet.Exited).Should().Be(0, "{0}", dotnet.Output + dotnet.Errors);
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharp();
}
