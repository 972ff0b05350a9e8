using System.Globalization;

namespace AppProxy.Gateway.Processes;

/// <summary>Size and time of a file, which differ when it was written anew: for who looks again and again, where events do not come.</summary>
internal static class FileState
{
    /// <summary>Of what a link leads to, since it is that which is replaced. What cannot be looked at has a state too.</summary>
    public static string Of(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
            {
                file = target;
            }

            return string.Create(CultureInfo.InvariantCulture, $"{file.FullName}|{(file.Exists ? file.Length : -1)}|{file.LastWriteTimeUtc.Ticks}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
    }
}
