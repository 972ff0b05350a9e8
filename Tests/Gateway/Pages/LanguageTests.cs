using System.Text.RegularExpressions;
using AppProxy.Gateway.Pages;
using AppProxy.Gateway.Relay;
using AppProxy.Tests.Architecture;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Pages;

/// <summary>Texts are resources: all there in all languages.</summary>
[TestFixture]
internal sealed partial class LanguageTests
{
    private static IEnumerable<Language> Others => Language.All.Where(static language => language != Language.English);

    [TestCase(null, "en")]
    [TestCase("", "en")]
    [TestCase("de", "de")]
    [TestCase("de-CH", "de")]
    [TestCase("DE-at;q=0.8, en;q=0.7", "de")]
    [TestCase("en, de", "en")]
    [TestCase("fr, de;q=0.1", "de")]
    [TestCase("fr", "en")]
    [TestCase("de;q=0", "en")]
    [TestCase("den", "en")]
    [TestCase("en;q=0.5, de;q=0.9", "de")]
    [TestCase("*, ;;;=,\u0001", "en")]
    public void Is_the_one_that_the_client_likes_best(string? accepted, string tag)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.AcceptLanguage = accepted;

        Language.Of(context.Request).Tag.Should().Be(tag);
    }

    [TestCaseSource(nameof(Others))]
    public void Has_the_texts_of_every_other_with_the_same_values_in_them(Language language)
    {
        language.Names.Should().BeEquivalentTo(Language.English.Names);
        language.Names.Where(name => !ValuesIn(language[name]).SetEquals(ValuesIn(Language.English[name]))).Should().BeEmpty();
    }

    [Test]
    public void Every_failure_is_told()
    {
        foreach (var failure in FailureMap.All)
        {
            Language.English["Failure_" + failure.Token].Should().Be(failure.Text, "programs read the same");
        }
    }

    [Test]
    public void What_pages_name_exists_and_what_exists_is_named()
    {
        var code = string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "Gateway"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var named = Literals().Matches(code).Select(static match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var used = Uses().Matches(code).Select(static match => match.Groups[1].Value).Where(static name => !name.EndsWith('_'));

        used.Except(Language.English.Names).Should().BeEmpty();
        // Names that are handed on: a literal that begins as a text does is one.
        var families = Language.English.Names.Where(static name => name.Contains('_', StringComparison.Ordinal)).Select(static name => name[..(name.IndexOf('_', StringComparison.Ordinal) + 1)]).ToHashSet(StringComparer.Ordinal);
        named.Where(name => !name.EndsWith('_') && families.Any(family => name.StartsWith(family, StringComparison.Ordinal))).Except(Language.English.Names).Should().BeEmpty();
        // Those that are found by a token begin with a literal that ends with '_'.
        var prefixes = named.Where(static name => name.EndsWith('_')).ToList();
        Language.English.Names.Where(name => !named.Contains(name) && !prefixes.Exists(prefix => name.StartsWith(prefix, StringComparison.Ordinal))).Should().BeEmpty();
    }

    private static HashSet<string> ValuesIn(string text) => [.. Values().Matches(text).Select(static match => match.Value)];

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Values();

    [GeneratedRegex("\"([A-Z][A-Za-z]+(?:_[A-Za-z-]*)*)[\"{]")]
    private static partial Regex Literals();

    [GeneratedRegex("texts(?:\\[|\\.Html\\(|\\.Format\\()\"([^\"{]+)\"")]
    private static partial Regex Uses();
}
