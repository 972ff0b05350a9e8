using System.Globalization;
using System.Text.RegularExpressions;
using AppProxy.Gateway.Demo;
using AppProxy.Gateway.Directory.Account;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

/// <summary>By a reader that no one here wrote, of what a camera sees: dark and light as they are on a page and on consoles.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed partial class QrCodes_are_read
{
    private static readonly string Uri = QrCode.UriOf("gateway.example", "zoë+1@corp.example", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP");

    [Test]
    public async Task On_a_page(CancellationToken cancellation)
    {
        var svg = QrCode.Svg(Uri, "QR code");
        var size = int.Parse(Box().Match(svg).Groups[1].Value, CultureInfo.InvariantCulture);
        var rows = Enumerable.Range(0, size).Select(_ => Enumerable.Repeat('0', size).ToArray()).ToArray();
        foreach (Match module in Module().Matches(svg))
        {
            rows[int.Parse(module.Groups[2].Value, CultureInfo.InvariantCulture)][int.Parse(module.Groups[1].Value, CultureInfo.InvariantCulture)] = '1';
        }

        (await ReadAsync(rows.Select(static row => new string(row)), cancellation)).Should().Be(Uri);
        svg.Should().Contain("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/><path fill=\"#000\"");
    }

    [Test]
    public async Task On_a_dark_console(CancellationToken cancellation) => (await ReadAsync(Look(isInColour: false, isDark: true), cancellation)).Should().Be(Uri);

    [TestCase(true)]
    [TestCase(false)]
    public async Task On_any_console_that_takes_colours(bool isDark, CancellationToken cancellation)
        => (await ReadAsync(Look(isInColour: true, isDark), cancellation)).Should().Be(Uri);

    [TestCase(false, false, "xterm-256color", null, true)]
    [TestCase(false, false, "xterm-256color", "", true)]
    [TestCase(false, false, "xterm-256color", "1", false)]
    [TestCase(true, false, "xterm-256color", null, false)]
    [TestCase(false, true, "xterm-256color", null, false)]
    [TestCase(false, false, "dumb", null, false)]
    [TestCase(false, false, null, null, false)]
    public void With_colours_where_they_are_shown_and_wanted(bool isRedirected, bool isWindows, string? term, string? noColor, bool areWanted)
        => TerminalColours.AreWanted(isRedirected, isWindows, name => name switch { "TERM" => term, "NO_COLOR" => noColor, _ => null }).Should().Be(areWanted);

    /// <summary>What the console shows: 1 where it is dark.</summary>
    /// <param name="isDark">The console's own background; its own letters are the other.</param>
    private static IEnumerable<string> Look(bool isInColour, bool isDark)
    {
        foreach (var line in QrCode.Text(Uri, isInColour).Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries))
        {
            var coloured = Coloured().Match(line);
            coloured.Success.Should().Be(isInColour);
            var letters = isInColour ? coloured.Groups[1].Value : line;
            var (ink, paper) = isInColour || !isDark ? ('1', '0') : ('0', '1');
            yield return string.Concat(letters.Select(letter => letter is '█' or '▀' ? ink : paper));
            yield return string.Concat(letters.Select(letter => letter is '█' or '▄' ? ink : paper));
        }
    }

    private static async Task<string> ReadAsync(IEnumerable<string> rows, CancellationToken cancellation)
    {
        var node = RequiredProgram.Find("node", "nodejs");
        var folder = await NodePackages.InstallAsync("Tests/EndToEnd/Directory/QrReader", "qr-reader", cancellation);
        await using var reader = await RunningProgram.RunAsync(node, ["read.mjs", string.Join(',', rows)], cancellation, folder);
        (await reader.Exited).Should().Be(0, reader.Errors);
        return reader.Output.TrimEnd('\r', '\n');
    }

    [GeneratedRegex("viewBox=\"0 0 ([0-9]+) ")]
    private static partial Regex Box();

    [GeneratedRegex("M([0-9]+) ([0-9]+)h1v1h-1z")]
    private static partial Regex Module();

    [GeneratedRegex(@"^\e\[38;5;16;48;5;231m(.*)\e\[0m$")]
    private static partial Regex Coloured();
}
