using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace AppProxy.Contracts.Settings;

/// <summary>Binds a section of the configuration whole: a value of the wrong kind and a name that nobody knows are mistakes, and all are told at once.</summary>
internal static partial class SettingsReader
{
    public static TOptions Read<TOptions>(IConfigurationSection section, List<string> mistakes)
        where TOptions : class, new()
    {
        var settings = section.AsEnumerable().Where(static setting => setting.Value is not null).ToDictionary(StringComparer.OrdinalIgnoreCase);
        while (true)
        {
            var options = new TOptions();
            try
            {
                new ConfigurationBuilder().AddInMemoryCollection(settings).Build().GetSection(section.Path)
                    .Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true);
                return options;
            }
            catch (InvalidOperationException mistake)
            {
                // The binder stops at the first one: what it names is put aside, and the rest is tried again.
                if (!TakeOut(settings, WholeMessage(mistake), mistakes))
                {
                    mistakes.Add(mistake.Message);
                    return options;
                }
            }
        }
    }

    private static bool TakeOut(Dictionary<string, string?> settings, string message, List<string> mistakes)
    {
        var named = Quoted().Matches(message).Select(static match => match.Groups[1].Value).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (settings.Keys.FirstOrDefault(named.Contains) is { } unreadable)
        {
            mistakes.Add($"{unreadable} is '{settings[unreadable]}', which cannot be read.");
            return settings.Remove(unreadable);
        }

        var unknown = settings.Keys.Where(key => key.Split(':').Any(named.Contains)).Order(StringComparer.OrdinalIgnoreCase).ToList();
        foreach (var key in unknown)
        {
            // Its value is not told: it may be a key under a mistyped name.
            mistakes.Add($"{key} is no setting here: check the name.");
            settings.Remove(key);
        }

        return unknown.Count > 0;
    }

    /// <summary>Below the top the binder wraps what it has to say.</summary>
    private static string WholeMessage(Exception? mistake) => mistake is null ? "" : mistake.Message + "\n" + WholeMessage(mistake.InnerException);

    [GeneratedRegex("'([^']*)'")]
    private static partial Regex Quoted();
}
