using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using AppProxy.Benchmarks.Reporting;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Relay.Translation;
using AppProxy.Gateway.Relay.Translation.Bodies;

namespace AppProxy.Benchmarks.Links;

/// <summary>What it costs to translate the links of a megabyte, for each kind of text and each coding, on one core and with nothing else around it.</summary>
internal static class LinkCost
{
    private const int Megabyte = 1_000_000;
    private const int Piece = 16 * 1024;

    public static async Task RunAsync(int seconds, TextWriter output)
    {
        await output.WriteLineAsync(MachineDescription.Text());
        await output.WriteLineAsync("\n| text | links/MB | ms/MB | MB/s | allocated B/MB |\n|---|--:|--:|--:|--:|");
        foreach (var (name, kind, wanted, line, coding) in Texts())
        {
            await output.WriteLineAsync(Measure(name, kind, wanted, line, coding, TimeSpan.FromSeconds(seconds)));
        }
    }

    private static IEnumerable<(string Name, MediaKind Kind, LinkTranslation Wanted, string Line, ContentCoding Coding)> Texts()
    {
        const string Html = "<tr class=\"row odd\"><td style=\"width:20%\"><a href=\"http://app.corp/items/4711?view=full\" title=\"Item\">Item 4711</a></td><td><img src=\"/img/item.png\" alt=\"\"> A few words about it, as pages have them.</td></tr>\n";
        const string Css = ".item-list > li:nth-child(2n+1) .title::before { color: #336699; margin: 0 auto .5rem; background: url(\"http://app.corp/img/item.png\") no-repeat }\n";
        const string Script = "function load(id){return fetch('http://app.corp/api/items/'+id).then(r=>r.json()).then(x=>{state.items[id]=x;render(x.title,\"item\",x.count/2)})}\n";
        const string Json = "{\"id\":4711,\"title\":\"A few words about it\",\"self\":\"http://app.corp/api/items/4711\",\"count\":12,\"tags\":[\"a\",\"b\"],\"owner\":{\"name\":\"Anna\"}},\n";
        yield return ("HTML", MediaKind.Html, LinkTranslation.None, Html, ContentCoding.Identity);
        yield return ("HTML, gzip", MediaKind.Html, LinkTranslation.None, Html, ContentCoding.Gzip);
        yield return ("HTML, br", MediaKind.Html, LinkTranslation.None, Html, ContentCoding.Brotli);
        yield return ("HTML without links", MediaKind.Html, LinkTranslation.None, "<p class=text>A few words about it, as pages have them, and a few more of them, in a row, without a link in them.</p>\n", ContentCoding.Identity);
        yield return ("CSS", MediaKind.Css, LinkTranslation.None, Css, ContentCoding.Identity);
        yield return ("JavaScript", MediaKind.Text, LinkTranslation.JavaScript, Script, ContentCoding.Identity);
        yield return ("JSON", MediaKind.Text, LinkTranslation.Json, Json, ContentCoding.Identity);
    }

    private static string Measure(string name, MediaKind kind, LinkTranslation wanted, string line, ContentCoding coding, TimeSpan time)
    {
        var text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(line, Megabyte / line.Length)));
        var links = (line.Split("http://app.corp").Length - 1) * (Megabyte / line.Length);
        var plan = new BodyPlan(kind, coding, CreateUrls(wanted));
        var input = Encode(text, coding);

        // The first time is for the compiler, which does its best only to what runs often.
        Repeat(plan, input, time);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var began = Stopwatch.GetTimestamp();
        var megabytes = Repeat(plan, input, time) * text.Length / (double)Megabyte;
        var milliseconds = Stopwatch.GetElapsedTime(began).TotalMilliseconds / megabytes;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {links:#,0} | {milliseconds:0.0} | {1000 / milliseconds:#,0} | {allocated / megabytes:#,0} |");
    }

    private static int Repeat(BodyPlan plan, byte[] input, TimeSpan time)
    {
        var runs = 0;
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < time; runs++)
        {
            TranslateOnce(plan, input);
        }

        return runs;
    }

    /// <summary>As the gateway does it: in pieces, from one coding to the same.</summary>
    private static void TranslateOnce(BodyPlan plan, byte[] input)
    {
        using var source = Decoder(new MemoryStream(input), plan.Coding);
        using var encoded = new PooledOutput();
        using var encoder = ContentCodings.Encode(plan.Coding, hasHeader: true, new BufferStream(encoded));
        var translator = plan.CreateTranslator(new LinkRewriter(plan.Urls));
        using var translated = new PooledOutput();
        var buffer = ArrayPool<byte>.Shared.Rent(2 * Piece);
        var filled = 0;
        while (true)
        {
            var count = source.Read(buffer, filled, Piece);
            filled += count;
            var done = translator.Translate(buffer.AsSpan(0, filled), count == 0, translated);
            encoder?.Write(translated.WrittenSpan);
            translated.Clear();
            encoded.Clear();
            buffer.AsSpan(done, filled - done).CopyTo(buffer);
            filled -= done;
            if (count == 0)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                return;
            }
        }
    }

    private static UrlTranslation CreateUrls(LinkTranslation wanted)
    {
        var catalogue = CatalogueReader.Read(
            """{ "applications": [ { "displayName": "a", "onPremisesPublishing": { "externalUrl": "https://app.example.com/", "internalUrl": "http://app.corp/", "externalAuthenticationType": "passthru", "isTranslateLinksInBodyEnabled": true } } ] }"""u8.ToArray(),
            [],
            CatalogueSnapshot.Empty,
            1).Snapshot!;
        var app = catalogue.Apps[0] with { Relay = new RelaySettings { LinkTranslation = wanted } };
        var request = new DefaultHttpContext { Request = { Scheme = "https", Host = new HostString("app.example.com") } }.Request;
        return new UrlTranslation(new UrlMap(catalogue), app, request);
    }

    private static byte[] Encode(byte[] text, ContentCoding coding)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var encoder = ContentCodings.Encode(coding, hasHeader: true, new BufferStream(output)))
        {
            (encoder ?? new BufferStream(output)).Write(text);
        }

        return output.WrittenSpan.ToArray();
    }

    private static Stream Decoder(Stream source, ContentCoding coding) => coding switch
    {
        ContentCoding.Gzip => new GZipStream(source, CompressionMode.Decompress),
        ContentCoding.Brotli => new BrotliStream(source, CompressionMode.Decompress),
        _ => source,
    };
}
