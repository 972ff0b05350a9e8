using AppProxy.Contracts.Frames;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Relay.Origin;
using Microsoft.Extensions.Primitives;

namespace AppProxy.Gateway.Relay.Translation;

/// <summary>Applies an app's own rules for headers, last of all.</summary>
internal static class FieldRules
{
    /// <summary>Whether a field of the request gives way to what a rule says, or could be taken for it.</summary>
    public static bool Replaces(EquatableList<FieldRule> rules, string name)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            if (rules[i].Action != FieldAction.Append && FieldNameComparer.AreEqual(rules[i].Name, name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes what rules say of a request, and says how many fields.</summary>
    public static int Write(FrameBuffer frame, EquatableList<FieldRule> rules)
    {
        var count = 0;
        for (var i = 0; i < rules.Count; i++)
        {
            if (rules[i].Action != FieldAction.Remove)
            {
                frame.Field(rules[i].Name, rules[i].Value);
                count++;
            }
        }

        return count;
    }

    /// <summary>To our own answer in an app's place.</summary>
    public static void ApplyTransportSecurity(PublishedApp app, HttpContext context)
    {
        if (app.Relay.Hsts is { } hsts && context.Request.IsHttps)
        {
            context.Response.Headers.StrictTransportSecurity = hsts.Value;
        }
    }

    /// <summary>To the answer of an app.</summary>
    public static void Apply(PublishedApp app, HttpContext context)
    {
        ApplyTransportSecurity(app, context);
        var headers = context.Response.Headers;
        var rules = app.Relay.ResponseHeaders;
        for (var i = 0; i < rules.Count; i++)
        {
            var rule = rules[i];
            switch (rule.Action)
            {
                case FieldAction.Set:
                    headers[rule.Name] = rule.Value;
                    break;
                case FieldAction.Append:
                    headers[rule.Name] = StringValues.Concat(headers[rule.Name], rule.Value);
                    break;
                default:
                    headers.Remove(rule.Name);
                    break;
            }
        }
    }
}
