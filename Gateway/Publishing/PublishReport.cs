using System.Globalization;
using System.Text.Json;

namespace AppProxy.Gateway.Publishing;

/// <summary>What a publish test found, for a person at a terminal and for programs.</summary>
internal sealed record PublishReport
{
    public required string App { get; init; }

    public required string DisplayName { get; init; }

    public required string Url { get; init; }

    public required DateTimeOffset TestedAt { get; init; }

    public bool IsWell => Steps.All(static step => step.State != StepState.Failed);

    public List<TestStep> Steps { get; } = [];

    public HopTimes Milliseconds { get; } = new();

    public string ToJson() => JsonSerializer.Serialize(this, PublishJsonContext.Default.PublishReport);

    public void Write(TextWriter output)
    {
        output.WriteLine($"{DisplayName} ({App})  {Url}");
        output.WriteLine();
        foreach (var step in Steps)
        {
            output.WriteLine($"{Word(step.State),-10}  {step.Step,-11}  {step.Text}");
            if (step.Advice is { } advice)
            {
                output.WriteLine($"{"",-10}  {"",-11}  > {advice}");
            }
        }

        output.WriteLine($"{"times",-10}  {"",-11}  {string.Join(", ", Times())}");
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

    private IEnumerable<string> Times()
    {
        (string What, double? Time)[] hops =
        [
            ("name", Milliseconds.Name), ("connection", Milliseconds.Connection), ("TLS", Milliseconds.Tls), ("gateway", Milliseconds.Gateway),
            ("queue, connector and app", Milliseconds.RelayAndApp), ("body", Milliseconds.Body),
            .. Milliseconds.ConnectorToApp.Select(static connector => ($"connection {connector.Key} to app", (double?)connector.Value)),
        ];
        return hops.Where(static hop => hop.Time is not null).Select(static hop => string.Create(CultureInfo.InvariantCulture, $"{hop.What} {hop.Time:0.#} ms"));
    }
}
