using System.Text;
using AppProxy.Gateway.Directory.Accounts;

namespace AppProxy.Gateway.Directory.Importing;

/// <summary>Reads people from a file of another directory, whole or not at all.</summary>
internal static class UserImport
{
    /// <summary>Then the file is something else.</summary>
    public const int MostMistakes = 50;

    private const int LongestName = 256;

    /// <exception cref="DirectoryException">Every mistake, a line each.</exception>
    public static List<ImportedUser> Read(byte[] file, string source)
    {
        var text = Decode(file, source).TrimStart('\uFEFF');
        var mistakes = new List<string>();
        var users = text.TrimStart() is ['{' or '[', ..] ? ScimUsers.Read(text, mistakes) : CsvUsers.Read(text, mistakes);
        foreach (var twice in users.GroupBy(static user => user.UserName, StringComparer.OrdinalIgnoreCase).Where(static same => same.Count() > 1))
        {
            mistakes.Add($"'{twice.Key}' is there {twice.Count()} times");
        }

        foreach (var user in users.Where(static user => user.UserName.Length > LongestName || user.DisplayName?.Length > LongestName || user.Email?.Length > LongestName || user.Groups.Any(static group => group.Length > LongestName)))
        {
            mistakes.Add($"'{user.UserName[..Math.Min(user.UserName.Length, 40)]}' has a name, address or group of more than {LongestName} characters");
        }

        foreach (var user in users.Where(static user => Texts(user).Any(static text => text.Any(char.IsControl))))
        {
            mistakes.Add($"'{new string([.. user.UserName.Where(static letter => !char.IsControl(letter))])}' has a name, address or group with a control character in it");
        }

        return mistakes.Count == 0 ? users : throw new DirectoryException(string.Join(Environment.NewLine, mistakes.Take(MostMistakes).Select(mistake => $"{source}: {mistake}")));
    }

    private static IEnumerable<string> Texts(ImportedUser user) => user.Groups.Concat(new[] { user.UserName, user.DisplayName, user.Email }.OfType<string>());

    /// <summary>Names read in a wrong encoding would be other people's.</summary>
    private static string Decode(byte[] file, string source)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(file);
        }
        catch (DecoderFallbackException wrong)
        {
            throw new DirectoryException($"{source}: is not UTF-8 (at octet {wrong.Index}): save it in that encoding");
        }
    }
}
