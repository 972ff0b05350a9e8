using Microsoft.Extensions.Configuration.Json;

namespace AppProxy.Gateway.Hosting;

/// <summary>For who gives all settings itself: an appsettings.json of the folder it happens to run in is meant for something else.</summary>
internal static class SettingsFiles
{
    public static void IgnoreSettingsFiles(this IHostApplicationBuilder builder)
    {
        var sources = builder.Configuration.Sources;
        foreach (var file in sources.OfType<JsonConfigurationSource>().ToList())
        {
            sources.Remove(file);
        }
    }
}
