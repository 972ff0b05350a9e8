using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Relay;

/// <summary>The part of a request target that lies below a published path, byte for byte as the client sent it.</summary>
internal static class RequestTarget
{
    /// <summary>
    /// Takes the published path off. False when the raw target could mean something else to the app than to the match: a dot segment
    /// that leaves the published path, or one within it.
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
            var authority = target.IndexOf("://") + 3;
            var path = authority < 3 ? -1 : target[authority..].IndexOfAny('/', '?');
            if (path < 0)
            {
                below = "/";
                return app.ExternalPath.Length == 1;
            }

            target = target[(authority + path)..];
            below = target[0] == '?' ? string.Concat("/", target) : target.ToString();
            target = below;
        }

        var pathLength = target.IndexOf('?') is var query and >= 0 ? query : target.Length;
        if (app.ExternalPath.Length == 1)
        {
            // Below a path of the internal URL, if it has one.
            return !DotSegments.Leave(target[..pathLength]);
        }

        // The published path counts its segments; what they are called was matched decoded.
        var rest = target;
        var segments = app.ExternalPath.AsSpan(1).Count('/');
        for (var i = 0; i < segments; i++)
        {
            var next = rest[1..].IndexOfAny('/', '?') + 1;
            if (DotSegments.Contains(next == 0 ? rest : rest[..next]))
            {
                return false;
            }

            if (next == 0 || rest[next] == '?')
            {
                below = next == 0 ? "/" : string.Concat("/", rest[next..]);
                return i == segments - 1;
            }

            rest = rest[next..];
        }

        below = rest.ToString();
        return !DotSegments.Leave(rest[..(rest.Length - (target.Length - pathLength))]);
    }
}
