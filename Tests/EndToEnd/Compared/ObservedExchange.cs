using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace AppProxy.Tests.EndToEnd.Compared;

/// <summary>What app and client saw of one case, as a table of texts by where each was seen.</summary>
internal static partial class ObservedExchange
{
    private const int Shown = 60;

    /// <summary>What differs with every run or from product to product by design: who we say the client is, the trace, and the time.</summary>
    private static readonly HashSet<string> NotCompared = new(StringComparer.OrdinalIgnoreCase)
    {
        "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Prefix", "Forwarded", "traceparent", "tracestate", "Request-Id", "Correlation-Context", "baggage",
        "Date", "AppProxy-Reference",
    };

    /// <summary>Names of one message are told apart by case, and their order is not compared: only that of lines with the same name means something.</summary>
    public static SortedDictionary<string, string> Of(IReadOnlyList<RawMessage> requests, RawMessage? response)
    {
        var seen = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (requests.Count != 1)
        {
            seen["app requests"] = requests.Count.ToString(CultureInfo.InvariantCulture);
        }

        if (requests.Count > 0)
        {
            Add(seen, "app", requests[^1]);
        }

        if (response is null)
        {
            seen["client end"] = "no answer";
        }
        else
        {
            Add(seen, "client", response);
        }

        return seen;
    }

    /// <summary>Printable, without what separates columns or escapes stars, and not longer than a line.</summary>
    public static string Show(string octets)
    {
        var text = new StringBuilder();
        foreach (var octet in octets)
        {
            _ = octet is >= ' ' and <= '~' and not '|' and not '\\' ? text.Append(octet) : text.Append(CultureInfo.InvariantCulture, $"{{{(int)octet:x2}}}");
        }

        return text.Length <= Shown ? text.ToString() : string.Create(CultureInfo.InvariantCulture, $"{text.ToString(0, Shown)}… ({octets.Length})");
    }

    private static void Add(SortedDictionary<string, string> seen, string side, RawMessage message)
    {
        seen[side + " line"] = Show(message.StartLine);
        seen[side + " framing"] = message.Framing;
        AddIfAny(seen, side + " interim", message.Interim.Trim());
        AddIfAny(seen, side + " body", message.Body);
        AddFields(seen, side + " field ", message.Head[message.StartLine.Length..]);
        AddFields(seen, side + " trailer ", message.Trailers);
    }

    private static void AddIfAny(SortedDictionary<string, string> seen, string where, string octets)
    {
        if (octets.Length > 0)
        {
            seen[where] = Show(octets);
        }
    }

    private static void AddFields(SortedDictionary<string, string> seen, string where, string lines)
    {
        foreach (var group in RawMessage.Fields(lines).Where(field => !NotCompared.Contains(field.Name)).GroupBy(NameOf, StringComparer.Ordinal))
        {
            seen[where + group.Key] = Show(string.Join(" // ", group.Select(field => "'" + (field.Name == "Host" ? Ports().Replace(field.Value, ":port") : field.Value) + "'")));
        }
    }

    /// <summary>Many fields of one kind are one line.</summary>
    private static string NameOf((string Name, string Value) field) => Numbers().Replace(field.Name, "$1-#");

    [GeneratedRegex(@":\d+$")]
    private static partial Regex Ports();

    [GeneratedRegex(@"^([Xx])-\d+$")]
    private static partial Regex Numbers();
}
