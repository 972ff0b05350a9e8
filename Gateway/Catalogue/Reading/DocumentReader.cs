using System.Collections;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Reads JSON along generated type metadata, noting every line and going on after every mistake but broken syntax.</summary>
/// <remarks>The serializer itself would stop at the first mistake, knows no lines of what it has read, and cannot suggest a name.</remarks>
internal sealed class DocumentReader
{
    private static readonly JsonReaderOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly Findings _findings;
    private readonly byte[] _json;
    private int _countedTo;
    private int _line = 1;

    private DocumentReader(byte[] json, Findings findings)
    {
        _json = json;
        _findings = findings;
    }

    /// <summary>The document without what is wrong, or null when it is no JSON object at all.</summary>
    public static T? Read<T>(byte[] json, JsonTypeInfo<T> type, Findings findings)
        where T : class
    {
        var start = Encoding.UTF8.Preamble;
        var reader = new DocumentReader(json.AsSpan().StartsWith(start) ? json[start.Length..] : json, findings);
        return reader.ReadRoot(type) as T;
    }

    private object? ReadRoot(JsonTypeInfo type)
    {
        var reader = new Utf8JsonReader(_json, Options);
        try
        {
            reader.Read();
            var root = ReadValue(ref reader, type, "$");
            reader.Read();
            if (root is null && _findings.Problems.IsEmpty)
            {
                _findings.Problem("$", "must be an object, { … }");
            }

            return root;
        }
        catch (JsonException exception)
        {
            _findings.SetLine("$", (int)(exception.LineNumber ?? 0) + 1);
            // The reader's message ends with its own line and column, counted from 0: ours replaces them.
            _findings.Problem("$", "is not valid JSON: " + exception.Message.Split(" LineNumber:")[0]);
            return null;
        }
    }

    private object? ReadValue(ref Utf8JsonReader reader, JsonTypeInfo type, string path)
    {
        _findings.SetLine(path, LineAt(reader.TokenStartIndex));
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (type.Kind == JsonTypeInfoKind.Object)
        {
            return reader.TokenType == JsonTokenType.StartObject ? ReadObject(ref reader, type, path) : Refuse(ref reader, path, "an object, { … }");
        }

        if (type.Kind == JsonTypeInfoKind.Enumerable)
        {
            return reader.TokenType == JsonTokenType.StartArray ? ReadArray(ref reader, type, path) : Refuse(ref reader, path, "a list, [ … ]");
        }

        return ReadLeaf(ref reader, type.Type, path);
    }

    private object ReadObject(ref Utf8JsonReader reader, JsonTypeInfo type, string path)
    {
        var result = type.CreateObject!();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (ReadText(ref reader, path) is not { } name)
            {
                reader.Skip();
                continue;
            }

            var propertyPath = path + "." + name;
            _findings.SetLine(propertyPath, LineAt(reader.TokenStartIndex));
            var property = type.Properties.FirstOrDefault(candidate => candidate.Name == name);
            if (!seen.Add(name))
            {
                _findings.Problem(propertyPath, "is given twice: keep one");
                reader.Skip();
            }
            else if (property is null)
            {
                if (!GraphNames.IsWithoutMeaning(type.Type, name))
                {
                    _findings.Problem(propertyPath, "is not known here." + ClosestName.Suggest(name, type.Properties.Select(known => known.Name)));
                }

                reader.Skip();
            }
            else
            {
                reader.Read();
                property.Set!(result, ReadValue(ref reader, type.Options.GetTypeInfo(property.PropertyType), propertyPath));
            }
        }

        return result;
    }

    private object ReadArray(ref Utf8JsonReader reader, JsonTypeInfo type, string path)
    {
        var result = (IList)type.CreateObject!();
        var element = type.Options.GetTypeInfo(type.ElementType!);
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            // A refused element keeps its place, so that the numbers of those behind it stay right.
            result.Add(ReadValue(ref reader, element, $"{path}[{index}]"));
        }

        return result;
    }

    private object? ReadLeaf(ref Utf8JsonReader reader, Type type, string path)
    {
        if (type == typeof(string))
        {
            return reader.TokenType == JsonTokenType.String ? ReadText(ref reader, path) : Refuse(ref reader, path, "a text in quotes");
        }

        if (type == typeof(bool?))
        {
            return reader.TokenType is JsonTokenType.True or JsonTokenType.False ? reader.GetBoolean() : Refuse(ref reader, path, "true or false, without quotes");
        }

        if (type == typeof(int?))
        {
            return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) ? number : Refuse(ref reader, path, "a whole number, without quotes");
        }

        return ReadElement(ref reader, path);
    }

    /// <summary>A value that is kept as it is: what is no text would be found only when it is written again.</summary>
    private JsonElement? ReadElement(ref Utf8JsonReader reader, string path)
    {
        var ahead = reader;
        var depth = ahead.CurrentDepth;
        var isText = true;
        do
        {
            isText &= ahead.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || ReadText(ref ahead, path) is not null;
        }
        while ((ahead.CurrentDepth > depth || ahead.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) && ahead.Read());

        if (isText)
        {
            return JsonElement.ParseValue(ref reader);
        }

        reader.Skip();
        return null;
    }

    /// <summary>The text or name at hand; null where it is none, which the reader throws for only when it is asked.</summary>
    private string? ReadText(ref Utf8JsonReader reader, string path)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            var place = reader.TokenType == JsonTokenType.PropertyName ? path + "." + Encoding.UTF8.GetString(reader.ValueSpan) : path;
            _findings.SetLine(place, LineAt(reader.TokenStartIndex));
            _findings.Problem(place, Utf8.IsValid(reader.ValueSpan)
                ? @"has half of a character, such as \ud800 without the one that follows it: write the character itself"
                : "has a character that is not UTF-8: save the file as UTF-8");
            return null;
        }
    }

    private object? Refuse(ref Utf8JsonReader reader, string path, string wanted)
    {
        _findings.Problem(path, "must be " + wanted);
        reader.Skip();
        return null;
    }

    /// <summary>Positions only rise, so that each byte is counted once.</summary>
    private int LineAt(long position)
    {
        _line += _json.AsSpan(_countedTo, (int)position - _countedTo).Count((byte)'\n');
        _countedTo = (int)position;
        return _line;
    }
}
