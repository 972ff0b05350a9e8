using System.Text.Json.Nodes;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;

namespace AppProxy.Tests.EndToEnd.Browser;

/// <summary>Whether everybody can use a page, as far as axe-core (npm) can tell: by day and by night, since colours differ.</summary>
internal static class Accessibility
{
    private const string Run = """
        axe.run(document, { resultTypes: ["violations"] })
          .then(r => JSON.stringify(r.violations.map(v => v.impact + " " + v.id + ": " + v.nodes.map(n => n.html + " " + n.failureSummary).join("; "))))
        """;

    public static async Task CheckAsync(BrowserPage page, CancellationToken cancellationToken)
    {
        var folder = await NodePackages.InstallAsync("Tests/EndToEnd/Browser/Axe", "axe", cancellationToken);
        await page.EvaluateAsync(await File.ReadAllTextAsync(Path.Combine(folder, "node_modules", "axe-core", "axe.min.js"), cancellationToken), cancellationToken);
        foreach (var isDark in (bool[])[false, true])
        {
            await page.ShowAsync(1280, isDark, cancellationToken);
            var found = JsonNode.Parse(await page.EvaluateAsync(Run, cancellationToken))!.AsArray().Select(static violation => violation!.GetValue<string>());
            found.Should().BeEmpty("{0} is for everybody", await page.EvaluateAsync("location.href", cancellationToken));
        }
    }
}
