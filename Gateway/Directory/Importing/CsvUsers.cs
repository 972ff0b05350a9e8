using AppProxy.Gateway.Directory.Accounts;
using Microsoft.VisualBasic.FileIO;

namespace AppProxy.Gateway.Directory.Importing;

/// <summary>Users as comma-separated values with a head: <c>userName,displayName,email,active,groups</c>, in any order; only the first must be there. Groups by semicolons.</summary>
internal static class CsvUsers
{
    private static readonly string[] Columns = ["userName", "displayName", "email", "active", "groups"];

    /// <param name="text">The file.</param>
    /// <param name="mistakes">Gets every mistake, with its line.</param>
    public static List<ImportedUser> Read(string text, List<string> mistakes)
    {
        using var parser = new TextFieldParser(new StringReader(text)) { TextFieldType = FieldType.Delimited, Delimiters = [","], HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = true };
        var users = new List<ImportedUser>();
        if (Next(parser, mistakes) is not { } head)
        {
            mistakes.Add("line 1: there is no head: " + string.Join(',', Columns));
            return users;
        }

        foreach (var unknown in head.Except(Columns, StringComparer.OrdinalIgnoreCase))
        {
            mistakes.Add($"line 1: '{unknown}' is none of the columns {string.Join(", ", Columns)}");
        }

        if (!head.Contains("userName", StringComparer.OrdinalIgnoreCase))
        {
            mistakes.Add("line 1: the column userName is missing");
        }

        while (mistakes.Count < UserImport.MostMistakes && !parser.EndOfData)
        {
            var line = parser.LineNumber;
            if (Next(parser, mistakes) is not { } fields)
            {
                continue;
            }

            string? Field(string name) => Array.FindIndex(head, column => column.Equals(name, StringComparison.OrdinalIgnoreCase)) is var at and >= 0 && at < fields.Length && fields[at].Length > 0 ? fields[at] : null;
            if (fields.Length > head.Length)
            {
                mistakes.Add($"line {line}: there are {fields.Length} fields for {head.Length} columns; a field with a comma in it needs quotes");
            }
            else if (Field("userName") is not { } name)
            {
                mistakes.Add($"line {line}: userName is empty");
            }
            else if (Field("active") is { } active && !bool.TryParse(active, out _))
            {
                mistakes.Add($"line {line}: active is '{active}', which is neither true nor false");
            }
            else
            {
                users.Add(new ImportedUser(
                    name, Field("displayName"), Field("email"), Field("active") is { } said ? bool.Parse(said) : null, Field("groups")?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? []));
            }
        }

        return users;
    }

    private static string[]? Next(TextFieldParser parser, List<string> mistakes)
    {
        try
        {
            return parser.ReadFields();
        }
        catch (MalformedLineException)
        {
            mistakes.Add($"line {parser.ErrorLineNumber}: the quotes are not in order");
            return null;
        }
    }
}
