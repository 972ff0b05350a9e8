using AppProxy.Tests.Architecture;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Browser;

/// <summary>Pictures of a page on a phone and on a desk, by day and by night, for people to look at (artifacts/screenshots).</summary>
internal static class Screenshots
{
    private const int Phone = 390;
    private const int Desk = 1280;

    /// <summary>A small phone, or a desk at four times the size (WCAG 2.2 success criterion 1.4.10).</summary>
    private const int Narrow = 320;

    public static async Task TakeAsync(BrowserPage page, string name, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "screenshots")).FullName;
        foreach (var width in (int[])[Phone, Desk])
        {
            var backgrounds = new List<string>();
            foreach (var isDark in (bool[])[false, true])
            {
                await page.ShowAsync(width, isDark, cancellationToken);
                var file = Path.Combine(folder, $"{name}-{width}-{(isDark ? "dark" : "light")}.png");
                await File.WriteAllBytesAsync(file, await page.PictureAsync(cancellationToken), cancellationToken);
                TestContext.AddTestAttachment(file);
                backgrounds.Add(await page.EvaluateAsync("getComputedStyle(document.body).backgroundColor", cancellationToken));
                await CheckWidthAsync(page, name, cancellationToken);
            }

            backgrounds.Should().OnlyHaveUniqueItems("day and night differ");
        }

        await page.ShowAsync(Narrow, isDark: false, cancellationToken);
        await CheckWidthAsync(page, name, cancellationToken);
    }

    private static async Task CheckWidthAsync(BrowserPage page, string name, CancellationToken cancellationToken) =>
        (await page.EvaluateAsync("document.documentElement.scrollWidth - document.documentElement.clientWidth", cancellationToken))
            .Should().Be("0", "nobody likes to scroll {0} sideways", name);
}
