using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Relay;

/// <summary>The part of a request target that lies below a published path, byte for byte as the client sent it.</summary>
internal static class RequestTarget
{
    /// <summary>
    /// Takes the published path off. False when the raw target could mean something else to the app than to the match, such as a dot
    /// segment that leaves the published path.
    /// </summary>
    public static bool TryBelow(PublishedApp app, string rawTarget, out string below)
    {
        below = rawTarget;
        if (rawTarget == "*")
        {
            return true;
        }

        var target = rawTarget.AsSpan();
        if (!target.StartsWith('/'))
        {
            // absolute-form: the authority is matched already, the app gets origin-form.
            var path = target.IndexOf("://") is var scheme and >= 0 ? target[(scheme + 3)..].IndexOfAny('/', '?') + scheme + 3 : -1;
            if (path < 0)
            {
                below = "/";
                return app.ExternalPath.Length == 1;
            }

            target = target[path..];
            below = target[0] == '?' ? string.Concat("/", target) : target.ToString();
            target = below;
        }

        var pathLength = target.IndexOf('?') is var query and >= 0 ? query : target.Length;
        if (app.ExternalPath.Length == 1)
        {
            return true;
        }

        if (HasDotSegment(target[..pathLength]))
        {
            return false;
        }

        // The published path counts its segments; what they are called was matched decoded.
        var rest = target;
        var segments = app.ExternalPath.AsSpan(1).Count('/');
        for (var i = 0; i < segments; i++)
        {
            var next = rest[1..].IndexOfAny('/', '?') + 1;
            if (next == 0 || rest[next] == '?')
            {
                below = next == 0 ? "/" : string.Concat("/", rest[next..]);
                return i == segments - 1;
            }

            rest = rest[next..];
        }

        below = rest.ToString();
        return true;
    }

    /// <summary>Also where an app takes an escaped slash, or a backslash, for a slash.</summary>
    private static bool HasDotSegment(ReadOnlySpan<char> path)
    {
        if (!path.Contains('.') && !path.Contains("%2e", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        ReadOnlySpan<char> decoded = Uri.UnescapeDataString(path);
        foreach (var range in decoded.SplitAny('/', '\\'))
        {
            if (decoded[range] is "." or "..")
            {
                return true;
            }
        }

        return false;
    }
}
