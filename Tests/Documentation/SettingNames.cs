using System.Globalization;
using System.Reflection;

namespace AppProxy.Tests.Documentation;

/// <summary>The settings that an options class can be given, as an operator writes them, with their defaults.</summary>
internal static class SettingNames
{
    /// <summary>Dictionaries are keyed by <c>&lt;id&gt;</c> or <c>&lt;name&gt;</c>, as <paramref name="key"/> says.</summary>
    public static IEnumerable<(string Name, string Default)> Of(object options, string prefix, string key)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var name = $"{prefix}:{property.Name}";
            var value = property.GetValue(options);
            var type = property.PropertyType;
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>))
            {
                var element = Activator.CreateInstance(type.GenericTypeArguments[1])!;
                foreach (var setting in Of(element, $"{name}:<{key}>", key))
                {
                    yield return setting;
                }
            }
            else if (value is not null && type.Assembly == options.GetType().Assembly)
            {
                foreach (var setting in Of(value, name, key))
                {
                    yield return setting;
                }
            }
            else
            {
                var text = value is System.Collections.IEnumerable and not string ? "" : Convert.ToString(value, CultureInfo.InvariantCulture);
                yield return (name, text ?? "");
            }
        }
    }

    /// <summary>Settings that have no row in a README's table, or a row with another default.</summary>
    public static IEnumerable<string> MissingFrom(string readme, IEnumerable<(string Name, string Default)> settings)
        => settings.Where(setting => !readme.Split('\n').Any(row =>
            row.StartsWith($"| `{setting.Name}` | {(setting.Default.Length == 0 ? "none" : $"`{setting.Default}`")}", StringComparison.Ordinal)))
            .Select(setting => $"{setting.Name} = {setting.Default}");
}
