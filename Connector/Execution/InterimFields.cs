using AppProxy.Connector.Http1;
using AppProxy.Contracts.Frames;

namespace AppProxy.Connector.Execution;

/// <summary>Writes the field lines of an interim response, which has neither body nor length, into a frame.</summary>
internal readonly ref struct InterimFields(FieldSection fields) : IFieldSource
{
    private readonly FieldSection _fields = fields;

    public int WriteTo(FrameBuffer frame)
    {
        var count = 0;
        foreach (var line in _fields)
        {
            if (!FieldSection.IsConnectionField(line.Name) && !FieldSection.Is(line.Name, "Content-Length"u8) && !_fields.IsNamedByConnection(line.Name))
            {
                frame.Field(line.Name, line.Value);
                count++;
            }
        }

        return count;
    }
}
