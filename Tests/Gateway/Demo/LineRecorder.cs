using System.Threading.Channels;

namespace AppProxy.Tests.Gateway.Demo;

/// <summary>Takes lines from any thread and hands them out, to be awaited.</summary>
internal sealed class LineRecorder : StringWriter
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public void Add(string line) => _lines.Writer.TryWrite(line);

    public override void WriteLine(string? value)
    {
        foreach (var line in (value ?? "").Split(Environment.NewLine))
        {
            Add(line);
        }
    }

    /// <summary>The first line from here on that contains <paramref name="text"/>.</summary>
    public async Task<string> WaitForAsync(string text, CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = await _lines.Reader.ReadAsync(cancellationToken);
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }
    }
}
