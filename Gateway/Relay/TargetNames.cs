using System.Diagnostics.CodeAnalysis;
using System.Text;
using AppProxy.Contracts.Frames;
using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Relay;

/// <summary>What heads call apps (<see cref="TargetName"/>).</summary>
internal static class TargetNames
{
    /// <summary>The app's name; with what stands for the star where it is published with a wildcard. False when that can be no part of an internal host's name.</summary>
    public static bool TryWrite(PublishedApp app, HttpRequest request, [NotNullWhen(true)] out byte[]? name)
    {
        if (!app.ExternalUrl.IsWildcard)
        {
            name = Encoding.Latin1.GetBytes(app.TargetId);
            return true;
        }

        var star = app.ExternalUrl.StarOf(Authority.Normalize(request.Host.Host));
        name = Encoding.Latin1.GetBytes($"{app.TargetId}{(char)TargetName.Separator}{star}");
        return TargetName.IsStar(name.AsSpan(app.TargetId.Length + 1));
    }
}
