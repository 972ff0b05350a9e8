using System.Buffers;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using AppProxy.Gateway.Relay.Translation.Bodies;
using CsCheck;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Relay.Translation.Bodies;

[TestFixture]
[CancelAfter(120_000)]
internal sealed class CorpusTests
{
    private static readonly string[] Urls = ["href", "src", "action", "formaction", "poster", "cite", "background", "longdesc", "xlink:href"];
    private static readonly string[] NoText = ["style", "srcset", "imagesrcset", "ping", "content", "data"];

    [Test]
    public void There_are_a_hundred_files_that_differ_in_more_than_a_name()
    {
        var files = CorpusFile.Names().Select(CorpusFile.Read).ToList();

        files.Select(static file => file.Content).Distinct().Count().Should().Be(files.Count).And.BeGreaterThan(100);
        files.Count(static file => file.Input.Length > 64 * 1024).Should().BeGreaterThan(5);
        files.Select(static file => file.Charset.WebName).Distinct().Should().BeEquivalentTo("utf-8", "iso-8859-1", "windows-1252", "shift_jis");
    }

    [TestCaseSource(typeof(CorpusFile), nameof(CorpusFile.Names))]
    public void Links_are_translated_and_everything_else_is_the_same(string name)
    {
        var file = CorpusFile.Read(name);

        file.Charset.GetString(Translate(file.CreateTranslator(), file.Input)).Should().Be(file.Expected);
    }

    [TestCaseSource(typeof(CorpusFile), nameof(CorpusFile.Names))]
    public void However_a_file_is_cut_the_same_comes_out(string name)
    {
        var file = CorpusFile.Read(name);
        var whole = Translate(file.CreateTranslator(), file.Input);
        var translator = file.CreateTranslator();

        foreach (var cut in file.Cuts)
        {
            translator.Reset();
            var output = new ArrayBufferWriter<byte>(whole.Length + 256);
            var done = translator.Translate(file.Input.AsSpan(0, cut), isEnd: false, output);
            done += translator.Translate(file.Input.AsSpan(done), isEnd: true, output);
            if (done != file.Input.Length || !output.WrittenSpan.SequenceEqual(whole))
            {
                file.Charset.GetString(output.WrittenSpan).Should().Be(file.Expected, "of a cut at {0}", cut);
                Assert.Fail($"{done} of {file.Input.Length} octets were read after a cut at {cut}.");
            }
        }
    }

    [TestCaseSource(typeof(CorpusFile), nameof(CorpusFile.Names))]
    public void Octet_by_octet_the_same_comes_out_and_little_is_held(string name)
    {
        var file = CorpusFile.Read(name);
        var translator = file.CreateTranslator();
        var most = new LinkRewriter(file.CreateUrls()).MostSeen;
        var output = new ArrayBufferWriter<byte>();
        var done = 0;
        for (var come = 1; come <= file.Input.Length; come++)
        {
            done += translator.Translate(file.Input.AsSpan(done, come - done), isEnd: come == file.Input.Length, output);
            (come - done).Should().BeLessThanOrEqualTo(most);
        }

        file.Charset.GetString(output.WrittenSpan).Should().Be(file.Expected);
    }

    /// <summary>What a browser makes of the page has external URLs where it had internal ones, and nothing else is different in it.</summary>
    [TestCaseSource(typeof(CorpusFile), nameof(CorpusFile.Names))]
    public void A_parser_of_the_standard_sees_the_same_page(string name)
    {
        var file = CorpusFile.Read(name);
        if (!file.IsHtml)
        {
            Assert.Pass("No HTML.");
        }

        var urls = file.CreateUrls();
        var before = Parse(file, file.Input);
        var after = Parse(file, Translate(file.CreateTranslator(), file.Input));

        var elements = before.All.ToList();
        after.All.Select(element => element.NodeName).Should().Equal(elements.Select(element => element.NodeName));
        foreach (var (old, @new) in elements.Zip(after.All))
        {
            @new.Attributes.Select(attribute => attribute.Name).Should().Equal(old.Attributes.Select(attribute => attribute.Name));
            foreach (var attribute in old.Attributes)
            {
                var value = @new.GetAttribute(attribute.Name)!;
                if (Urls.Contains(attribute.Name) && !(attribute.Name == "data" && old.NodeName != "OBJECT"))
                {
                    var url = attribute.Value.TrimStart();
                    value.TrimStart().Should().Be(file.Charset.GetString(Encoding.Latin1.GetBytes(urls.Translate(Encoding.Latin1.GetString(file.Charset.GetBytes(url))))), "of {0}", old.NodeName);
                }
                else if (!NoText.Contains(attribute.Name) && !attribute.Name.StartsWith("data-", StringComparison.Ordinal) && !attribute.Name.StartsWith("on", StringComparison.Ordinal))
                {
                    value.Should().Be(attribute.Value, "{0} is no link", attribute.Name);
                }
            }
        }

        Texts(after).Should().Equal(Texts(before));
    }

    /// <summary>Broken files: pieces of the corpus with octets lost and others put in, cut in any number of places.</summary>
    [Test]
    public void However_a_broken_file_is_cut_the_same_comes_out()
    {
        var files = CorpusFile.Names().Select(CorpusFile.Read).ToArray();
        var marks = Encoding.ASCII.GetBytes("<>\"'`=/\\&;:(){}@*!-,. \n#?hHwW[]%");
        (from file in Gen.Int[0, files.Length - 1].Select(index => files[index])
         from start in Gen.Int[0, file.Input.Length - 1]
         from edits in Gen.Select(Gen.Int[0, 2000], Gen.Int[0, marks.Length - 1].Select(index => marks[index]), Gen.Bool).Array[0, 12]
         from cuts in Gen.Int[1, 400].Array[1, 20]
         select (file, start, edits, cuts)).Sample(
            broken =>
            {
                var (file, start, edits, cuts) = broken;
                var input = file.Input[start..Math.Min(file.Input.Length, start + 2000)].ToList();
                foreach (var (at, octet, isInserted) in edits.Where(edit => edit.Item1 < input.Count))
                {
                    if (isInserted)
                    {
                        input.Insert(at, octet);
                    }
                    else
                    {
                        input.RemoveAt(at);
                    }
                }

                var octets = input.ToArray();
                var whole = Translate(file.CreateTranslator(), octets);
                var translator = file.CreateTranslator();
                var output = new ArrayBufferWriter<byte>();
                var (done, come) = (0, 0);
                for (var i = 0; come < octets.Length; i++)
                {
                    come = Math.Min(octets.Length, come + cuts[i % cuts.Length]);
                    done += translator.Translate(octets.AsSpan(done, come - done), come == octets.Length, output);
                }

                return done == octets.Length && output.WrittenSpan.SequenceEqual(whole);
            },
            iter: 20_000,
            print: broken => $"{broken.file.Name} from {broken.start}, edits {string.Join(' ', broken.edits)}, cuts {string.Join(' ', broken.cuts)}");
    }

    private static IDocument Parse(CorpusFile file, byte[] page) => new HtmlParser().ParseDocument(file.Charset.GetString(page));

    private static IEnumerable<string> Texts(IDocument page)
        => page.Descendants<IText>().Where(text => text.ParentElement?.NodeName.ToUpperInvariant() is not ("SCRIPT" or "STYLE")).Select(text => text.Data);

    private static byte[] Translate(ILinkTranslator translator, byte[] input)
    {
        var output = new ArrayBufferWriter<byte>();
        translator.Translate(input, isEnd: true, output).Should().Be(input.Length);
        return output.WrittenSpan.ToArray();
    }
}
