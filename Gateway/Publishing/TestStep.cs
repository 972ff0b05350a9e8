namespace AppProxy.Gateway.Publishing;

/// <summary>What was found at one place on the way from a client to the app.</summary>
/// <param name="Step">The place.</param>
/// <param name="State">How it is.</param>
/// <param name="Text">What was found, in one sentence.</param>
/// <param name="Advice">What to do; null where nothing is to be done.</param>
internal sealed record TestStep(string Step, StepState State, string Text, string? Advice = null)
{
    public static TestStep Ok(string step, string text) => new(step, StepState.Ok, text);

    public static TestStep Warn(string step, string text, string advice) => new(step, StepState.Warning, text, advice);

    public static TestStep Fail(string step, string text, string advice) => new(step, StepState.Failed, text, advice);

    public static TestStep Skip(string step, string text, string? advice = null) => new(step, StepState.NotTested, text, advice);
}
