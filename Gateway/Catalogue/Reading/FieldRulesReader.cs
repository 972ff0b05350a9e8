using AppProxy.Contracts.Frames;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Checks an app's rules for headers.</summary>
internal static class FieldRulesReader
{
    /// <summary>Most rules of a list: a head has 4080 lines, and each rule is tried on each.</summary>
    private const int MostRules = 64;

    /// <summary>Names and values together, so that no head grows beyond what heads may have.</summary>
    private const int MostCharacters = 8192;

    /// <summary>What frames the message or is said of the hop; and what has a setting of its own.</summary>
    private static readonly string[] OfTheGateway =
    [
        "Content-Length", "Expect", "Forwarded", "Host", "Proxy-Authenticate", "Proxy-Authorization", "Trailer",
        "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Prefix", "X-Forwarded-Proto",
    ];

    public static EquatableList<FieldRule> Read(List<FieldRuleDocument>? documents, string path, Findings findings)
    {
        if (documents is null or [])
        {
            return EquatableList<FieldRule>.Empty;
        }

        if (documents.Count > MostRules)
        {
            findings.Problem(path, $"has {documents.Count} rules: {MostRules} are allowed");
        }

        var rules = new List<FieldRule>();
        for (var i = 0; i < documents.Count; i++)
        {
            var place = $"{path}[{i}]";
            if (documents[i] is not { } document)
            {
                findings.Problem(place, "must be an object, { … }");
            }
            else if (Read(document, place, findings) is { } rule)
            {
                if (rules.Exists(other => IsContrary(other, rule)))
                {
                    findings.Problem(place + ".name", $"'{rule.Name}' has a rule already: only append may be given again");
                }

                rules.Add(rule);
            }
        }

        if (rules.Sum(static rule => rule.Name.Length + rule.Value.Length) > MostCharacters)
        {
            findings.Problem(path, $"has more than {MostCharacters} characters in names and values");
        }

        return new EquatableList<FieldRule>(rules);
    }

    private static FieldRule? Read(FieldRuleDocument document, string path, Findings findings)
    {
        var name = document.Name ?? "";
        if (!FieldSyntax.IsToken(name.AsSpan()))
        {
            findings.Problem(path + ".name", document.Name is null ? "is missing: give a header's name" : $"'{name}' is no name of a header");
            return null;
        }

        if (HopByHop.IsConnectionField(name) || OfTheGateway.Contains(name, StringComparer.OrdinalIgnoreCase) || name.StartsWith("AppProxy-", StringComparison.OrdinalIgnoreCase))
        {
            findings.Problem(path + ".name", $"'{name}' is the gateway's to say, and no rule's");
            return null;
        }

        var value = document.Set ?? document.Append;
        if ((document.Set is null ? 0 : 1) + (document.Append is null ? 0 : 1) + (document.Remove is true ? 1 : 0) != 1)
        {
            findings.Problem(path, "needs exactly one of \"set\": \"…\", \"append\": \"…\" and \"remove\": true");
            return null;
        }

        if (value?.Any(static character => character is < ' ' and not '\t' or '\x7f' or > '\xff') is true)
        {
            findings.Problem(path + (document.Set is null ? ".append" : ".set"), "has a character that no header may have: letters beyond ISO 8859-1, or a control such as a line's end");
            return null;
        }

        return new FieldRule(name, document.Set is not null ? FieldAction.Set : document.Append is not null ? FieldAction.Append : FieldAction.Remove, value ?? "");
    }

    private static bool IsContrary(FieldRule first, FieldRule second)
        => first.Name.Equals(second.Name, StringComparison.OrdinalIgnoreCase) && !(first.Action == FieldAction.Append && second.Action == FieldAction.Append);
}
