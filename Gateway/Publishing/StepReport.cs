using System.Globalization;

namespace AppProxy.Gateway.Publishing;

/// <summary>What a test found step by step, for a person at a terminal and for programs.</summary>
internal abstract record StepReport
{
    private const int LeastStepWidth = 11;

    public required DateTimeOffset TestedAt { get; init; }

    public bool IsWell => Steps.All(static step => step.State != StepState.Failed);

    public List<TestStep> Steps { get; } = [];

    /// <param name="output">Where to.</param>
    /// <param name="title">The first line: what was tested.</param>
    /// <param name="times">How long things took, in milliseconds; null for what was not come by.</param>
    protected void Write(TextWriter output, string title, IEnumerable<(string What, double? Time)> times)
    {
        output.WriteLine(title);
        output.WriteLine();
        var width = Steps.Select(static step => step.Step.Length).Append(LeastStepWidth).Max();
        foreach (var step in Steps)
        {
            output.WriteLine($"{Word(step.State),-10}  {step.Step.PadRight(width)}  {step.Text}");
            if (step.Advice is { } advice)
            {
                output.WriteLine($"{"",-10}  {new string(' ', width)}  > {advice}");
            }
        }

        var known = times.Where(static hop => hop.Time is not null).Select(static hop => string.Create(CultureInfo.InvariantCulture, $"{hop.What} {hop.Time:0.#} ms"));
        output.WriteLine($"{"times",-10}  {new string(' ', width)}  {string.Join(", ", known)}");
        output.WriteLine();
        output.WriteLine(IsWell
            ? $"Well{Count(StepState.Warning, ", with {0} to look at")}{Count(StepState.NotTested, "; {0} not tested")}."
            : $"{Steps.Count(static step => step.State == StepState.Failed)} failed{Count(StepState.Warning, ", {0} to look at")}{Count(StepState.NotTested, "; {0} not tested")}.");
    }

    private static string Word(StepState state) => state switch
    {
        StepState.Ok => "ok",
        StepState.Warning => "LOOK",
        StepState.Failed => "FAILED",
        _ => "not tested",
    };

    private string Count(StepState state, string text)
        => Steps.Count(step => step.State == state) is var count and > 0 ? string.Format(CultureInfo.InvariantCulture, text, count) : "";
}
